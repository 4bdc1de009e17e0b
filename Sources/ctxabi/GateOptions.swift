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

  @OptionGroup var reports: ReportOptions

  /// Writes the report of a comparison and ends with its exit status.
  func finish(
    old: ComparisonReport.Side, new: ComparisonReport.Side, _ changes: [Change],
    waived: [(change: Change, waiver: Waiver)] = []
  ) throws {
    let report = report(old: old, new: new, changes, waived: waived)
    try reports.write(report)
    if !reports.useStandardOutput { Console.output(Console.text(of: report, lowest: show)) }
    let status = report.verdict.exitStatus
    if status != 0 { throw ExitCode(status) }
  }

  /// Shows one comparison of many under its heading, unless nothing has changed, and returns its exit status.
  func show(
    old: ComparisonReport.Side, new: ComparisonReport.Side, _ changes: [Change], heading: String
  ) throws -> Int32 {
    if changes.isEmpty { return 0 }
    let report = report(old: old, new: new, changes)
    if reports.useStandardOutput {
      try reports.writeToStandardOutput(report)
    } else {
      Console.output("\(heading)\n" + Console.text(of: report, lowest: show))
    }
    return report.verdict.exitStatus
  }

  /// Writes the reports to files of all that was compared step by step.
  func finishSeries(old: ComparisonReport.Side, new: ComparisonReport.Side, _ changes: [Change]) throws {
    try reports.writeToFiles(report(old: old, new: new, changes))
  }

  private func report(
    old: ComparisonReport.Side, new: ComparisonReport.Side, _ changes: [Change],
    waived: [(change: Change, waiver: Waiver)] = []
  ) -> ComparisonReport {
    ComparisonReport(
      old: old, new: new, verdict: Verdict(changes, gate: failOn),
      waived: waived.map { WaivedChange($0.change, WaiverNote($0.waiver)) }, toolVersion: Version.text)
  }
}

extension WaiverNote {
  init(_ waiver: Waiver) {
    self.init(
      reason: waiver.reason, who: waiver.who, date: waiver.date.description,
      expires: waiver.expires.description)
  }
}
