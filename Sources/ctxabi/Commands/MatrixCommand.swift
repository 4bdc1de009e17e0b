import ArgumentParser
import Foundation
import Reporting

/// `ctxabi matrix`
struct MatrixCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "matrix",
    abstract: "Writes a page that judges each pair of several kernel builds.",
    discussion: """
      Each build is compared with every newer one; the page shows the verdict and the number of findings of each pair, the \
      newest builds first. Of ten builds these are 45 comparisons.

      Example:
        ctxabi matrix debian-6.1-amd64 debian-6.12-amd64 debian-7.2-amd64 -o index.html
      """)

  @Argument(help: "The builds, the oldest first: kernel builds, snapshot files or baselines.", completion: Completions.builds)
  var builds: [String]

  @OptionGroup var settings: BuildSettings
  @OptionGroup var store: StoreOptions

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The file to write; without it, the standard output.", valueName: "file"), completion: .file())
  var output = OutputFile.standardOutput

  @Flag(help: "Link to reports of pairs, OLD..NEW.html, and to history.html, that lie beside the page.")
  var linkReports = false

  func validate() throws {
    if builds.count < 2 { throw ValidationError("a matrix needs two builds at least.") }
    if linkReports, output == OutputFile.standardOutput { throw ValidationError("--link-reports needs --output.") }
  }

  func run() throws {
    let sides = try Concurrently.map(builds) { name in
      ComparisonReport.Side(
        name: name, snapshot: try SnapshotSource(name: name, settings: settings, store: store.baselines).load())
    }
    let matrix = BuildMatrix(sides, reports: linkReports ? reports() : [:], toolVersion: Version.text)
    try OutputFile(path: output).write(matrix.html)
  }

  /// The pages beside the one that is written, by what they are of.
  private func reports() -> [String: String] {
    let directory = URL(fileURLWithPath: output).deletingLastPathComponent().path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    let pages = names.filter { $0.hasSuffix(".html") && ($0.contains("..") || $0 == "history.html") }
    return Dictionary(pages.map { (String($0.dropLast(5)), $0) }, uniquingKeysWith: { first, _ in first })
  }
}
