import ContextABI

/// What a comparison comes to.
public struct Verdict: Sendable {
  /// Every difference, the worst first.
  public let changes: [Change]
  /// The severity from which on a change is a finding.
  public let gate: Severity

  public init(_ changes: [Change], gate: Severity) {
    self.changes = changes
    self.gate = gate
  }

  /// The changes at or above the gate.
  public var findings: [Change] {
    changes.filter { $0.rule.severity >= gate && $0.rule.severity != .coverage }
  }

  /// What could not be extracted or compared.
  public var uncovered: [Change] { changes.filter { $0.rule.severity == .coverage } }

  /// How many changes there are of each severity.
  public func count(_ severity: Severity) -> Int {
    changes.count { $0.rule.severity == severity }
  }

  /// 0: nothing at or above the gate. 1: findings. 2: something could not be checked.
  public var exitStatus: Int32 {
    if !findings.isEmpty { return 1 }
    return uncovered.isEmpty ? 0 : 2
  }
}
