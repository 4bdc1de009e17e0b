import ArgumentParser
import Baselines
import Comparison
import ContextABI
import Reporting

extension Severity: ExpressibleByArgument {
  public static var allValueStrings: [String] { ["breaking", "review", "addition", "note"] }
}

/// What counts as a finding, and what is shown: shared by the commands that compare.
struct GateOptions: ParsableArguments {
  @Option(help: ArgumentHelp("From which severity on a change is a finding.", valueName: "severity"))
  var failOn: Severity = .review

  @Option(help: ArgumentHelp("From which severity on changes are shown.", valueName: "severity"))
  var show: Severity = .addition

  /// Writes the report of a comparison and ends with its exit status.
  func finish(
    old: ComparisonReport.Side, new: ComparisonReport.Side, _ changes: [Change],
    waived: [(change: Change, waiver: Waiver)] = []
  ) throws {
    let status = show(old: old, new: new, changes, waived: waived)
    if status != 0 { throw ExitCode(status) }
  }

  /// Writes the report of a comparison and returns its exit status.
  ///
  /// - Parameter heading: what stands above it; nothing is written where there is one and nothing has changed.
  func show(
    old: ComparisonReport.Side, new: ComparisonReport.Side, _ changes: [Change],
    waived: [(change: Change, waiver: Waiver)] = [], heading: String? = nil
  ) -> Int32 {
    let verdict = Verdict(changes, gate: failOn)
    if let heading {
      if changes.isEmpty { return 0 }
      Console.output("\(heading)\n")
    }
    let report = ComparisonReport(old: old, new: new, verdict: verdict)
    Console.output(
      TextReport(
        report, lowest: show, width: Console.width,
        style: Console.isColoured ? .coloured : .plain
      ).text)
    return verdict.exitStatus
  }
}
