import ArgumentParser
import Comparison
import Reporting

/// `ctxabi report`
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Writes reports of what changed between two builds, whatever the verdict.",
    discussion: """
      The same reports as those of diff and check, without being a gate: the exit status is 0 when they were written. \
      Without --report the text goes to the standard output. Equal builds and names give equal reports, byte by byte.

      Examples:
        ctxabi report debian-6.1-amd64 debian-6.12-amd64 --report html=report.html
        ctxabi report old.json new.json --report markdown=- | mail -s ABI list
      """)

  @Argument(help: "The older side: a kernel build, a snapshot file, or a baseline.", completion: Completions.builds)
  var old: String

  @Argument(help: "The newer side.", completion: Completions.builds)
  var new: String

  @OptionGroup var settings: BuildSettings
  @OptionGroup var store: StoreOptions
  @OptionGroup var filters: FilterOptions
  @OptionGroup var hits: ProgramHitOptions
  @OptionGroup var reports: ReportOptions

  func run() throws {
    let before = try SnapshotSource(name: old, settings: settings, store: store.baselines).load()
    let after = try SnapshotSource(name: new, settings: settings, store: store.baselines).load()
    let filter = try filters.filter(for: [before, after])
    let filtered = FilteredFindings(SnapshotComparison(old: before, new: after).findings(), filter, of: [before, after])
    let verdict = Verdict(filtered.kept, gate: .review)
    let report = ComparisonReport(
      old: .init(name: old, snapshot: before), new: .init(name: new, snapshot: after),
      verdict: verdict, programs: try hits.hits(filtered.kept, old: before, new: after),
      leftOut: filter.isEmpty ? nil : LeftOut(filtered.leftOut, by: filter, verdict), toolVersion: Version.text)
    try reports.write(report)
    if reports.requests.isEmpty { Console.output(Console.text(of: report)) }
  }
}
