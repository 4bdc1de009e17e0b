import Comparison
import ContextABI

/// Everything that a report of a comparison shows, whatever its format.
public struct ComparisonReport: Sendable {
  /// One side of the comparison.
  public struct Side: Sendable {
    /// What the user gave: a path, or a baseline's name.
    public let name: String
    public let snapshot: Snapshot

    public init(name: String, snapshot: Snapshot) {
      self.name = name
      self.snapshot = snapshot
    }

    /// `6.1.0-50-cloud-amd64 (x86_64)`
    public var title: String {
      "\(snapshot.provenance.release) (\(snapshot.provenance.architecture))"
    }
  }

  public let old: Side
  public let new: Side
  public let verdict: Verdict

  public init(old: Side, new: Side, verdict: Verdict) {
    self.old = old
    self.new = new
    self.verdict = verdict
  }

  /// `3 breaking, 2 review, 5 additions, 40 notes`, severities without changes left out; `no change` where there is none.
  public var summary: String {
    let parts = Severity.allCases.reversed().compactMap { severity -> String? in
      let count = verdict.count(severity)
      guard count > 0 else { return nil }
      return "\(count) \(Self.noun(severity, count))"
    }
    return parts.isEmpty ? "no change" : parts.joined(separator: ", ")
  }

  static func noun(_ severity: Severity, _ count: Int) -> String {
    switch severity {
    case .note: count == 1 ? "note" : "notes"
    case .addition: count == 1 ? "addition" : "additions"
    case .review: "to review"
    case .breaking: "breaking"
    case .coverage: "not covered"
    }
  }
}
