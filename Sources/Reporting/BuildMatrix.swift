import Comparison
import ContextABI

/// Several builds, and the verdict on each pair of them.
public struct BuildMatrix: Sendable {
  /// What came of one pair.
  struct Pair: Sendable {
    let worst: Severity?
    /// How many findings there are of each severity that has some, the worst first; notes left out.
    let counts: [(severity: Severity, count: Int)]
    let headline: String
  }

  /// The builds, the newest first.
  let sides: [ComparisonReport.Side]
  private let pairs: [[Pair?]]
  let toolVersion: String
  /// The addresses of reports of pairs, by `OLD..NEW`.
  let reports: [String: String]

  /// Compares every build with every newer one.
  ///
  /// - Parameters:
  ///   - stages: the builds, the oldest first.
  ///   - reports: the addresses of reports that there are, by `OLD..NEW`.
  public init(_ stages: [ComparisonReport.Side], reports: [String: String] = [:], toolVersion: String = "") {
    sides = stages.reversed()
    self.reports = reports
    self.toolVersion = toolVersion
    let sides = sides
    pairs = sides.indices.map { old in
      sides.indices.map { new in new < old ? Self.compare(sides[old], sides[new]) : nil }
    }
  }

  private static func compare(_ old: ComparisonReport.Side, _ new: ComparisonReport.Side) -> Pair {
    let findings = SnapshotComparison(old: old.snapshot, new: new.snapshot).findings()
    let report = ComparisonReport(old: old, new: new, verdict: Verdict(findings, gate: .review))
    let counts = [Severity.coverage, .breaking, .review, .addition, .correction].map { ($0, report.verdict.count($0)) }
    return Pair(worst: report.worst, counts: counts.filter { $0.1 > 0 }, headline: report.headline)
  }

  /// What came of the pair; nil where the build at `new` is not the newer one.
  func pair(old: Int, new: Int) -> Pair? { pairs[old][new] }

  /// The matrix as one page that needs nothing besides itself.
  public var html: String { MatrixPage(self).text }
}
