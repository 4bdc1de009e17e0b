import ArgumentParser
import Baselines
import Comparison
import ContextABI
import Reporting

extension Severity: ExpressibleByArgument {
  public static var allValueStrings: [String] { ["breaking", "review", "addition", "correction", "note"] }
}

/// What counts as a finding, and what is shown: shared by the commands that compare.
struct GateOptions: ParsableArguments {
  @Option(help: ArgumentHelp("From which severity on a finding counts.", valueName: "severity"))
  var failOn: Severity = .review

  @Option(help: ArgumentHelp("From which severity on findings are shown.", valueName: "severity"))
  var show: Severity = .correction

  @Flag(help: "Show every field of a finding in full.")
  var verbose = false

  @Flag(help: "Let findings count only that hit one of the --programs.")
  var failOnHit = false

  @OptionGroup var filters: FilterOptions
  @OptionGroup var hits: ProgramHitOptions
  @OptionGroup var reports: ReportOptions

  func validate() throws {
    if failOnHit, hits.programs.isEmpty { throw ValidationError("--fail-on-hit needs --programs.") }
  }

  /// Writes the report of a comparison and ends with its exit status.
  func finish(
    old: ComparisonReport.Side, new: ComparisonReport.Side, _ findings: [Finding],
    waived: [(finding: Finding, waiver: Waiver)] = [], header: HeaderSource? = nil
  ) throws {
    let report = try report(old: old, new: new, findings, waived: waived, header)
    try reports.write(report)
    if !reports.useStandardOutput { Console.output(Console.text(of: report, lowest: show, isVerbose: verbose)) }
    report.saySilenced()
    let status = report.verdict.exitStatus
    if status != 0 { throw ExitCode(status) }
  }

  /// Shows one comparison of many under its heading, unless nothing has changed, and returns its exit status.
  func show(
    old: ComparisonReport.Side, new: ComparisonReport.Side, _ findings: [Finding], heading: String,
    header: HeaderSource? = nil
  ) throws -> Int32 {
    if findings.isEmpty { return 0 }
    let report = try report(old: old, new: new, findings, waived: [], header)
    if reports.useStandardOutput {
      try reports.writeToStandardOutput(report)
    } else {
      Console.output("\(heading)\n" + Console.text(of: report, lowest: show, isVerbose: verbose))
    }
    report.saySilenced()
    return report.verdict.exitStatus
  }

  /// Writes the reports to files of all that was compared step by step.
  func finishSeries(
    old: ComparisonReport.Side, new: ComparisonReport.Side, _ findings: [Finding], header: HeaderSource? = nil
  ) throws {
    try reports.writeToFiles(try report(old: old, new: new, findings, waived: [], header))
  }

  /// Gives the text of a header of the newer side's tree; nil where it has none of this path.
  typealias HeaderSource = (_ path: String) -> String?

  private func report(
    old: ComparisonReport.Side, new: ComparisonReport.Side, _ findings: [Finding],
    waived: [(finding: Finding, waiver: Waiver)], _ header: HeaderSource?
  ) throws -> ComparisonReport {
    let snapshots = [old.snapshot, new.snapshot]
    let filter = try filters.filter(for: snapshots)
    let filtered = FilteredFindings(findings, filter, of: snapshots)
    let waived = waived.filter { filter.lets($0.finding, of: snapshots) }
    let programs = try hits.hits(findings + waived.map(\.finding), old: old.snapshot, new: new.snapshot)
    let failOnHit = failOnHit
    let verdict = Verdict(filtered.kept, gate: failOn) { finding in
      !failOnHit || programs.map { !$0.hits(of: finding).isEmpty } ?? true
    }
    var report = ComparisonReport(
      old: old, new: new, verdict: verdict, waived: waived.map { WaivedFinding($0.finding, WaiverNote($0.waiver)) },
      programs: programs, leftOut: filter.isEmpty ? nil : LeftOut(filtered.leftOut, by: filter, verdict),
      toolVersion: Version.text)
    report.declarationLines = header.map {
      DeclarationLines(filtered.kept + waived.map(\.finding), old: old, new: new, read: $0)
    }
    return report
  }
}

extension ComparisonReport {
  /// Says on the standard error where a filter alone makes a gate green.
  func saySilenced() {
    guard let leftOut, leftOut.stopped > 0, verdict.exitStatus != 1 else { return }
    Console.error("the gate would have failed: \(leftOut.sentence)")
  }
}

extension WaiverNote {
  init(_ waiver: Waiver) {
    self.init(
      reason: waiver.reason, who: waiver.who, date: waiver.date.description,
      expires: waiver.expires.description)
  }
}
