import ArgumentParser
import Comparison
import ContextABI
import Reporting

extension Severity: ExpressibleByArgument {
  public static var allValueStrings: [String] { ["breaking", "review", "addition", "note"] }
}

/// `ctxabi diff`
struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Compares two builds: what changed for a BPF program, how bad it is, with what evidence.",
    discussion: """
      Each side is a kernel build, a snapshot file or the name of a baseline. The exit status is 0 when nothing at or \
      above the gate (--fail-on) has changed, 1 when something has, 2 when the comparison could not be made, or not in \
      full.

      Examples:
        ctxabi diff vmlinux-6.1 vmlinux-6.12
        ctxabi diff debian-6.1-amd64.json vmlinux --fail-on breaking
        ctxabi diff old.json new.json --report html=report.html --report sarif=report.sarif
      """)

  @Argument(help: "The older side: a kernel build, a snapshot file, or a baseline.", completion: .file())
  var old: String

  @Argument(help: "The newer side.", completion: .file())
  var new: String

  @OptionGroup var settings: BuildSettings
  @OptionGroup var reports: ReportOptions

  @Option(help: ArgumentHelp("From which severity on a change is a finding.", valueName: "severity"))
  var failOn: Severity = .review

  @Option(help: ArgumentHelp("From which severity on changes are shown.", valueName: "severity"))
  var show: Severity = .addition

  func run() throws {
    let before = try SnapshotSource(name: old, options: settings).load()
    let after = try SnapshotSource(name: new, options: settings).load()
    let verdict = Verdict(SnapshotComparison(old: before, new: after).changes(), gate: failOn)
    let report = ComparisonReport(
      old: .init(name: old, snapshot: before), new: .init(name: new, snapshot: after),
      verdict: verdict, toolVersion: Version.text)
    try reports.write(report)
    if !reports.useStandardOutput { Console.output(Console.text(of: report, lowest: show)) }
    if verdict.exitStatus != 0 { throw ExitCode(verdict.exitStatus) }
  }
}
