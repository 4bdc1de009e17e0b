import Comparison

/// What a report says about the acceptance of a finding.
public struct WaiverNote: Sendable, Hashable {
  /// Why the finding was accepted.
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

/// A finding that a person has accepted: it stays visible, and does not count.
public struct WaivedFinding: Sendable, Hashable {
  public let finding: Finding
  public let note: WaiverNote

  public init(_ finding: Finding, _ note: WaiverNote) {
    self.finding = finding
    self.note = note
  }
}
