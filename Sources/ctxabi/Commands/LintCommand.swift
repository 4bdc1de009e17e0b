import ArgumentParser
import Baselines
import Comparison
import ContextABI
import Reporting

/// `ctxabi lint`
struct LintCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lint",
    abstract: "Finds conversions of one build that are wrong in themselves.",
    discussion: """
      A read that can give more bits than it reads, an access that changes a register it does not name, or does something \
      else when the value goes to the register of the context, one that is accepted and then refused, bytes of a field \
      that read the same kernel byte, a pointer that is followed without the condition that all other fields with it have. \
      One finding a cause. The exit status is 1 when there are findings at or above the gate; with --baseline only those \
      count that the baseline does not have as well. Waivers of the store that name a finding's digest are heeded.

      Examples:
        ctxabi lint vmlinux
        ctxabi lint vmlinux --baseline debian-6.12-amd64 --report sarif=lint.sarif
      """)

  @Argument(help: "A kernel build, a kernel source tree, a snapshot file, or a baseline.", completion: Completions.builds)
  var kernel: String

  @Option(help: ArgumentHelp("Only what this baseline does not have.", valueName: "name"), completion: Completions.baselineNames)
  var baseline: String?

  @Option(help: ArgumentHelp("From which severity on a finding counts.", valueName: "severity"))
  var failOn: Severity = .review

  @Option(help: "How the findings are printed.")
  var format: Format = .text

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  @OptionGroup var settings: BuildSettings
  @OptionGroup var store: StoreOptions
  @OptionGroup var filters: FilterOptions
  @OptionGroup var reports: ReportOptions

  func run() throws {
    let snapshot = try SnapshotSource(name: kernel, settings: settings, store: store.baselines).load()
    var findings = Soundness(snapshot).findings()
    if let baseline {
      let name = try StoreOptions.baseline(baseline, in: store.baselines)
      let old = try withStore { () throws(BaselineError) in try store.baselines.load(name) }
      let known = Set(Soundness(old).findings().map(\.digest))
      findings = findings.filter { !known.contains($0.digest) }
    }
    let filter = try filters.filter(for: [snapshot])
    let waivers = try withStore { () throws(BaselineError) in try store.baselines.waivers() }
    let accepting = waivers.waivers.filter { $0.expires >= .today && ($0.baseline == nil || $0.baseline == baseline) }
    let waived = findings.compactMap { finding in
      accepting.first { $0.accepts(finding) }.map { WaivedFinding(finding, WaiverNote($0)) }
    }
    let accepted = Set(waived.map(\.finding.digest))
    let filtered = FilteredFindings(findings.filter { !accepted.contains($0.digest) }, filter, of: [snapshot])
    let verdict = Verdict(filtered.kept, gate: failOn)
    let side = ComparisonReport.Side(name: kernel, snapshot: snapshot)
    let report = ComparisonReport(
      old: side, new: side, verdict: verdict, waived: waived.filter { filter.lets($0.finding, of: [snapshot]) },
      leftOut: filter.isEmpty ? nil : LeftOut(filtered.leftOut, by: filter, verdict), toolVersion: Version.text)
    try reports.write(report)
    if !reports.useStandardOutput { Console.output(text(of: report)) }
    report.saySilenced()
    if report.verdict.exitStatus != 0 { throw ExitCode(report.verdict.exitStatus) }
  }

  private func text(of report: ComparisonReport) -> String {
    switch format {
    case .text: LintReport(report, width: Console.width, style: Console.isColoured ? .coloured : .plain).text
    case .json: ReportFormat.json.text(of: report)
    }
  }
}
