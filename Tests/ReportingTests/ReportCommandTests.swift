import ContextABI
import Foundation
import Testing

/// The commands that write reports: which files, what else, and how they end.
@Suite struct ReportCommandTests {
  /// A directory of its own with the two samples in it.
  private let directory: URL
  private let old: String
  private let new: String

  init() throws {
    directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    old = directory.appending(path: "old.json").path
    new = directory.appending(path: "new.json").path
    try Data(Samples.old.json.utf8).write(to: URL(fileURLWithPath: old))
    try Data(Samples.new.json.utf8).write(to: URL(fileURLWithPath: new))
  }

  private func run(_ arguments: String..., expecting status: Int32) throws -> (output: String, messages: String) {
    let process = Process()
    // The program stands beside the tests.
    process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
      .appending(path: "ctxabi")
    process.arguments = arguments
    let files = try ["output", "messages"].map { name -> URL in
      let file = directory.appending(path: "\(name)-\(UUID().uuidString)")
      try Data().write(to: file)
      return file
    }
    process.standardOutput = try FileHandle(forWritingTo: files[0])
    process.standardError = try FileHandle(forWritingTo: files[1])
    try process.run()
    process.waitUntilExit()
    let texts = try files.map { try String(contentsOf: $0, encoding: .utf8) }
    #expect(process.terminationReason == .exit && process.terminationStatus == status, "\(arguments): \(texts[1])")
    return (texts[0], texts[1])
  }

  private func content(_ name: String) throws -> String {
    try String(contentsOf: directory.appending(path: name), encoding: .utf8)
  }

  private func path(_ name: String) -> String { directory.appending(path: name).path }

  @Test func severalReports() throws {
    let output = try run(
      "diff", old, new, "--report", "json=\(path("a"))", "--report", "html=\(path("b"))", expecting: 1
    ).output
    #expect(output.contains("BREAKING"))
    #expect(try content("a").contains("\"schema\": \"ctxabi-report\""))
    #expect(try content("b").hasPrefix("<!DOCTYPE html>"))
    // No report names a place on this machine.
    #expect(try !content("a").contains(directory.lastPathComponent))
    #expect(try !content("b").contains(directory.lastPathComponent))
  }

  @Test func standardOutputIsTheReportAlone() throws {
    let output = try run("diff", old, new, "--report", "json=-", expecting: 1).output
    #expect((try? JSONSerialization.jsonObject(with: Data(output.utf8))) != nil)
  }

  @Test func reportIsNoGate() throws {
    #expect(try run("report", old, new, expecting: 0).output.contains("BREAKING"))
    #expect(try run("report", old, new, "--report", "markdown=-", expecting: 0).output.hasPrefix("# Context ABI"))
  }

  @Test func wrongUsage() throws {
    for (report, problem) in [
      ("pdf=x", "there is no report format \"pdf\"; there are text, markdown"), ("html", "write FORMAT=FILE"),
      ("html=", "names no file"),
    ] {
      #expect(try run("report", old, new, "--report", report, expecting: 64).messages.contains(problem))
    }
    let messages = try run("diff", old, new, "--report", "html=-", "--report", "json=-", expecting: 64).messages
    #expect(messages.contains("can't go to the same file"))
    #expect(try run("history", old, expecting: 64).messages.contains("two builds"))
  }

  @Test func unwritableFiles() throws {
    let messages = try run("report", old, new, "--report", "html=\(path("none/x"))", expecting: 2).messages
    #expect(messages.contains("none/x: can't be written: "))
    #expect(
      try run("report", old, new, "--report", "html=\(directory.path)", expecting: 2).messages.contains(
        "can't be written"))
    #expect(try run("history", old, new, "-o", path("none/x"), expecting: 2).messages.contains("can't be written"))
  }

  /// A report takes the place of an older one at once, and leaves nothing beside it; a link stays one.
  @Test func replacesFiles() throws {
    try Data("older".utf8).write(to: directory.appending(path: "report"))
    try FileManager.default.createSymbolicLink(atPath: path("link"), withDestinationPath: path("report"))
    _ = try run("report", old, new, "--report", "text=\(path("link"))", expecting: 0)
    #expect(try content("report").contains("BREAKING"))
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path("link")) == path("report"))
    let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
    let written = names.filter { !$0.hasPrefix("output-") && !$0.hasPrefix("messages-") }
    #expect(Set(written) == ["old.json", "new.json", "report", "link"])
  }

  /// What is no file is written to, not replaced.
  @Test func devices() throws {
    _ = try run("report", old, new, "--report", "html=/dev/null", expecting: 0)
    let type = try FileManager.default.attributesOfItem(atPath: "/dev/null")[.type] as? FileAttributeType
    #expect(type == .typeCharacterSpecial)
  }

  @Test func history() throws {
    _ = try run("history", old, new, "-o", path("history.html"), expecting: 0)
    let page = try content("history.html")
    #expect(page.contains("6.12.0-sample"))
    #expect(!page.contains(directory.lastPathComponent))
  }

  /// What a file says reaches the terminal without its control characters.
  @Test func hostileFiles() throws {
    try Data(Hostile.build(isNew: false).json.utf8).write(to: directory.appending(path: "a"))
    try Data(Hostile.build(isNew: true).json.utf8).write(to: directory.appending(path: "b"))
    let run = try run("report", path("a"), path("b"), expecting: 2)
    for text in [run.output, run.messages] {
      #expect(text.unicodeScalars.filter { $0.isInvisible && $0 != "\n" }.isEmpty, "\(text)")
    }
  }

  /// Sizes that no structure has are refused, not added up.
  @Test(arguments: [
    ("\"offset\": 0, \"size\": 4", "\"offset\": 9223372036854775807, \"size\": 4"),
    ("\"offset\": 0, \"size\": 4", "\"bitOffset\": 0, \"bitSize\": 9223372036854775807"),
    ("\"size\": 24", "\"size\": -1"), ("\"size\": 24", "\"size\": 9223372036854775807"),
  ])
  func absurdSizes(_ usual: String, _ absurd: String) throws {
    var text = Samples.old.json
    let place = try #require(text.range(of: usual))
    text.replaceSubrange(place, with: absurd)
    let file = path("absurd.json")
    try Data(Self.withDigest(text).utf8).write(to: URL(fileURLWithPath: file))
    let messages = try run("report", file, new, expecting: 2).messages
    #expect(messages.contains("no place or size") || messages.contains("bytes long"), "\(messages)")
  }

  /// The text with a digest that agrees, as whoever means harm would write it.
  private static func withDigest(_ text: String) throws -> String {
    let start = try #require(text.range(of: "\"provenance\""))
    let end = try #require(text.range(of: "\n}\n", options: .backwards))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["sha256sum"]
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    try input.fileHandleForWriting.write(contentsOf: Data(text[start.lowerBound..<end.lowerBound].utf8))
    try input.fileHandleForWriting.close()
    let digest = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self).prefix(64)
    process.waitUntilExit()
    return text.replacing(/sha256:[0-9a-f]{64}/, with: "sha256:\(digest)", maxReplacements: 1)
  }
}
