import ContextABI

/// What a comparison comes to.
public struct Verdict: Sendable {
  /// Every finding, the worst first.
  public let all: [Finding]
  /// The severity from which on a finding counts.
  public let gate: Severity

  public init(_ findings: [Finding], gate: Severity) {
    all = findings
    self.gate = gate
  }

  /// The findings at or above the gate.
  public var findings: [Finding] {
    all.filter { $0.rule.severity >= gate && $0.rule.severity != .coverage }
  }

  /// What could not be extracted or compared.
  public var uncovered: [Finding] { all.filter { $0.rule.severity == .coverage } }

  /// How many findings there are of each severity.
  public func count(_ severity: Severity) -> Int {
    all.count { $0.rule.severity == severity }
  }

  /// 0: nothing at or above the gate. 1: findings. 2: something could not be checked.
  public var exitStatus: Int32 {
    if !findings.isEmpty { return 1 }
    return uncovered.isEmpty ? 0 : 2
  }
}
