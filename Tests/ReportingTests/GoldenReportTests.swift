import Foundation
import Reporting
import Testing

/// Reports as they are, kept as files that a reviewer reads.
///
/// With `CTXABI_UPDATE_GOLDENS=1` they are written anew, and the run still fails once.
@Suite struct GoldenReportTests {
  static let files: [(ReportFormat, String)] = [
    (.text, "txt"), (.markdown, "md"), (.json, "json"), (.sarif, "sarif"), (.junit, "xml"),
    (.codequality, "codequality.json"), (.github, "github.txt"), (.html, "html"),
  ]

  @Test(arguments: files) func report(_ format: ReportFormat, _ ending: String) throws {
    try check(format.text(of: Samples.report), "report.\(ending)")
  }

  @Test(arguments: files) func unchanged(_ format: ReportFormat, _ ending: String) throws {
    try check(format.text(of: Samples.unchanged), "unchanged.\(ending)")
  }

  @Test func history() throws {
    try check(Samples.history.html, "history.html")
  }

  @Test func contexts() throws {
    let text = ContextText(Samples.new, detail: .instructions)
    let lines = Samples.new.contexts.flatMap { text.lines($0) + [""] }
    try check(lines.joined(separator: "\n"), "contexts.txt")
  }

  @Test(arguments: ReportFormat.allCases) func isDeterministic(_ format: ReportFormat) {
    #expect(format.text(of: Samples.report) == format.text(of: Samples.report))
  }

  /// Compares a text with a golden file.
  private func check(_ text: String, _ name: String) throws {
    let file = Resources.directory.appending(path: "Goldens/\(name)")
    if ProcessInfo.processInfo.environment["CTXABI_UPDATE_GOLDENS"] == "1" {
      guard text != (try? String(contentsOf: file, encoding: .utf8)) else { return }
      try Data(text.utf8).write(to: file)
      Issue.record("\(name) has been written anew: read it, and run the tests again")
      return
    }
    let golden = try String(contentsOf: file, encoding: .utf8)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let wanted = golden.split(separator: "\n", omittingEmptySubsequences: false)
    for (number, (line, expected)) in zip(lines, wanted).enumerated() where line != expected {
      Issue.record("\(name), line \(number + 1): \"\(line)\" instead of \"\(expected)\"")
      return
    }
    #expect(lines.count == wanted.count, "\(name) has another number of lines")
  }
}

/// What lies beside the tests.
enum Resources {
  static var directory: URL { URL(fileURLWithPath: #filePath).deletingLastPathComponent() }

  /// Runs a script that lies beside the tests; its exit status and all of its output.
  static func run(_ script: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", directory.appending(path: script).path] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }

  /// Calls `body` with the path of a file of this content, and removes it.
  static func withFile<Result>(_ text: String, _ ending: String, _ body: (String) throws -> Result) throws -> Result {
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).\(ending)")
    try Data(text.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    return try body(file.path)
  }
}
