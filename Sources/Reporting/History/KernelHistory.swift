import Comparison
import ContextABI

/// Several builds in order, and what changed from each to the next.
public struct KernelHistory: Sendable {
  /// The builds, the oldest first.
  public let stages: [ComparisonReport.Side]
  /// The comparison of each build with the one before it: one less than there are builds.
  public let steps: [ComparisonReport]
  /// The version of ctxabi that judged.
  public let toolVersion: String

  /// Whether reports of the steps, `OLD..NEW.html`, stand beside the page.
  let hasReportsBeside: Bool

  /// - Parameter hasReportsBeside: whether the page links to reports of the steps, `OLD..NEW.html`.
  public init(
    _ stages: [ComparisonReport.Side], toolVersion: String = "", hasReportsBeside: Bool = false
  ) {
    self.stages = stages
    self.hasReportsBeside = hasReportsBeside
    self.toolVersion = toolVersion
    steps = zip(stages, stages.dropFirst()).map { old, new in
      let findings = SnapshotComparison(old: old.snapshot, new: new.snapshot).findings()
      return ComparisonReport(
        old: old, new: new, verdict: Verdict(findings, gate: .review), toolVersion: toolVersion)
    }
  }

  /// The history as one page that needs nothing besides itself.
  public var html: String { HistoryPage(self).text }

  /// The findings of the step that led to a stage.
  func findings(to stage: Int) -> [Finding] { stage == 0 ? [] : steps[stage - 1].verdict.all }

  /// The names of all contexts that any build has.
  var contextNames: [String] { Set(stages.flatMap { $0.snapshot.contexts.map(\.name) }).sorted() }
}
