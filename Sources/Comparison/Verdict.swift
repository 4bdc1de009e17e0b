import ContextABI

/// What a comparison comes to.
public struct Verdict: Sendable {
  /// Every finding, the worst first.
  public let all: [Finding]
  /// The severity from which on a finding counts.
  public let gate: Severity
  /// Which of the findings at or above the gate count.
  private let isCounted: @Sendable (Finding) -> Bool

  /// - Parameter isCounted: whether a finding counts at all; all do unless something is given.
  public init(_ findings: [Finding], gate: Severity, isCounted: @escaping @Sendable (Finding) -> Bool = { _ in true }) {
    all = findings
    self.gate = gate
    self.isCounted = isCounted
  }

  /// Whether a finding is one that the gate stops. What could not be checked always is.
  public func counts(_ finding: Finding) -> Bool {
    finding.rule.severity >= gate && (finding.rule.severity == .coverage || isCounted(finding))
  }

  /// The findings at or above the gate.
  public var findings: [Finding] {
    all.filter { counts($0) && $0.rule.severity != .coverage }
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
