import Comparison

/// What a filter left out of a report: it is counted, and said where the gate would have stopped it.
public struct LeftOut: Sendable {
  /// The options of the filter, as they were given.
  public let filter: String
  let findings: [Finding]
  /// How many of the findings the gate would have stopped.
  public let stopped: Int
  private let gate: Severity

  /// - Parameter verdict: of the findings that were kept: its gate is the one that counts.
  public init(_ findings: [Finding], by filter: FindingFilter, _ verdict: Verdict) {
    self.filter = filter.text
    self.findings = findings
    gate = verdict.gate
    stopped = findings.count(where: verdict.counts)
  }

  public var count: Int { findings.count }

  /// `--context xdp_md leaves out 12 findings, 3 of them at or above the gate (review).`
  public var sentence: String {
    guard count > 0 else { return "\(filter) leaves no finding out." }
    let stopping =
      stopped == 0
      ? "none of them at or above the gate"
      : stopped == count && count == 1
        ? "at or above the gate"
        : "\(stopped) of them at or above the gate"
    return "\(filter) leaves out \(count) finding\(count == 1 ? "" : "s"), \(stopping) (\(gate.rawValue))."
  }
}
