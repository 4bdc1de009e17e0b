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
  /// What was asked for, and what that leaves out of all steps; nil where everything was.
  private let filter: FindingFilter
  let leftOut: LeftOut?

  /// - Parameters:
  ///   - filter: what is asked for: contexts and fields besides are not shown at all.
  ///   - hasReportsBeside: whether the page links to reports of the steps, `OLD..NEW.html`.
  public init(
    _ stages: [ComparisonReport.Side], filter: FindingFilter = FindingFilter(), toolVersion: String = "",
    hasReportsBeside: Bool = false
  ) {
    self.stages = stages
    self.filter = filter
    self.hasReportsBeside = hasReportsBeside
    self.toolVersion = toolVersion
    var left: [Finding] = []
    steps = zip(stages, stages.dropFirst()).map { old, new in
      let findings = FilteredFindings(
        SnapshotComparison(old: old.snapshot, new: new.snapshot).findings(), filter, of: [old.snapshot, new.snapshot])
      left += findings.leftOut
      return ComparisonReport(
        old: old, new: new, verdict: Verdict(findings.kept, gate: .review), toolVersion: toolVersion)
    }
    leftOut = filter.isEmpty ? nil : LeftOut(left, by: filter, Verdict([], gate: .review))
  }

  /// The history as one page that needs nothing besides itself.
  public var html: String { HistoryPage(self).text }

  /// The findings of the step that led to a stage.
  func findings(to stage: Int) -> [Finding] { stage == 0 ? [] : steps[stage - 1].verdict.all }

  /// The names of all contexts that any build has, as far as they were asked for.
  var contextNames: [String] {
    Set(stages.flatMap { $0.snapshot.contexts.map(\.name) }).filter { filter.lets(context: $0) }.sorted()
  }

  /// Whether a field was asked for.
  func shows(_ field: String, of context: String) -> Bool { filter.lets(field: field, of: context) }

  /// Whether helpers were.
  var showsHelpers: Bool { filter.lets(context: Change.helpers) }
}
