import Comparison

/// What a report says about the acceptance of a change.
public struct WaiverNote: Sendable, Hashable {
  /// Why the change was accepted.
  public let reason: String
  /// Who accepted it.
  public let who: String
  /// When, as `2026-01-31`.
  public let date: String
  /// Until when it holds, as `2026-01-31`; nil where it has no end.
  public let expires: String?

  public init(reason: String, who: String, date: String, expires: String?) {
    self.reason = reason
    self.who = who
    self.date = date
    self.expires = expires
  }
}

/// A change that a person has accepted: it stays visible, and does not count.
public struct WaivedChange: Sendable, Hashable {
  public let change: Change
  public let note: WaiverNote

  public init(_ change: Change, _ note: WaiverNote) {
    self.change = change
    self.note = note
  }
}
