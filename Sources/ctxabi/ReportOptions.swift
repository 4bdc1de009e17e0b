import ArgumentParser
import Comparison
import Reporting

/// A report that the user asks for: a format, and the file that it goes to.
struct ReportRequest {
  let format: ReportFormat
  let file: OutputFile

  /// Reads `html=report.html`.
  init(_ text: String) throws {
    let known = ReportFormat.allCases.map(\.rawValue).joined(separator: ", ")
    guard let sign = text.firstIndex(of: "=") else {
      throw ValidationError("\"\(text)\" has no file: write FORMAT=FILE, with FORMAT one of \(known)")
    }
    let name = String(text[..<sign])
    let path = String(text[text.index(after: sign)...])
    guard let format = ReportFormat(rawValue: name) else {
      throw ValidationError("there is no report format \"\(name)\"; there are \(known)")
    }
    guard !path.isEmpty else { throw ValidationError("\"\(text)\" names no file; - stands for the standard output") }
    self.format = format
    file = OutputFile(path: path)
  }
}

/// The reports of a comparison that a command writes.
struct ReportOptions: ParsableArguments {
  @Option(
    name: .customLong("report"),
    help: ArgumentHelp(
      """
      Write a report (repeatable): text, markdown, json, sarif, junit, codequality (GitLab), github (annotations) or \
      html, an equals sign, and a file, - for the standard output.
      """, valueName: "format=file"),
    completion: Completions.reports, transform: { try ReportRequest($0) })
  var requests: [ReportRequest] = []

  func validate() throws {
    var paths: Set<String> = []
    for request in requests where !paths.insert(request.file.path).inserted {
      throw ValidationError("two reports can't go to the same file (\(request.file.path)).")
    }
  }

  /// Whether one of the reports takes the standard output.
  var useStandardOutput: Bool { requests.contains { $0.file.path == OutputFile.standardOutput } }

  /// Writes the reports that were asked for.
  func write(_ report: ComparisonReport) throws {
    try writeToStandardOutput(report)
    try writeToFiles(report)
  }

  /// Writes those that go to files.
  func writeToFiles(_ report: ComparisonReport) throws {
    try write(report) { $0.file.path != OutputFile.standardOutput }
  }

  /// Writes the one that takes the standard output, where there is one.
  func writeToStandardOutput(_ report: ComparisonReport) throws {
    try write(report) { $0.file.path == OutputFile.standardOutput }
  }

  private func write(_ report: ComparisonReport, where isMeant: (ReportRequest) -> Bool) throws {
    for request in requests where isMeant(request) {
      let isTerminal = request.format == .text && request.file.path == OutputFile.standardOutput
      try request.file.write(isTerminal ? Console.text(of: report) : request.format.text(of: report))
    }
  }
}

extension Console {
  /// A report for whoever reads the standard output.
  static func text(of report: ComparisonReport, lowest: Severity = .correction, isVerbose: Bool = false) -> String {
    TextReport(
      report, lowest: lowest, isVerbose: isVerbose, width: width, style: isColoured ? .coloured : .plain
    ).text
  }
}
