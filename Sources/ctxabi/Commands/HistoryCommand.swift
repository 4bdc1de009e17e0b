import ArgumentParser
import Reporting

/// `ctxabi history`
struct HistoryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history",
    abstract: "Shows each field of each context through several kernel builds, as a page or as data.",
    discussion: """
      The builds are compared in the order in which they are given, each with the one before it. The page tells when a \
      field appeared, moved, changed its meaning or went away, and who may read and write it. It stands alone: it needs no \
      network and no script.

      Example:
        ctxabi history debian-6.1-amd64 debian-6.12-amd64 vmlinux -o history.html
      """)

  @Argument(help: "The builds, the oldest first: kernel builds, snapshot files or baselines.", completion: Completions.builds)
  var builds: [String]

  @OptionGroup var settings: BuildSettings
  @OptionGroup var store: StoreOptions
  @OptionGroup var filters: FilterOptions

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The file to write; without it, the standard output.", valueName: "file"),
    completion: .file())
  var output = OutputFile.standardOutput

  @Option(help: ArgumentHelp("html, or json (docs/history.schema.json).", valueName: "format"))
  var format: Format = .html

  enum Format: String, ExpressibleByArgument, CaseIterable { case html, json }

  @Flag(help: "Link to reports of the steps, OLD..NEW.html, that lie beside the page.")
  var linkReports = false

  func validate() throws {
    if builds.count < 2 { throw ValidationError("a history needs two builds at least.") }
  }

  func run() throws {
    let stages = try builds.map { name in
      ComparisonReport.Side(
        name: name, snapshot: try SnapshotSource(name: name, settings: settings, store: store.baselines).load())
    }
    let filter = try filters.filter(for: stages.map(\.snapshot))
    let history = KernelHistory(stages, filter: filter, toolVersion: Version.text, hasReportsBeside: linkReports)
    try OutputFile(path: output).write(format == .html ? history.html : history.json)
  }
}
