import Foundation
import TestSupport
import Testing

/// Without libz3 nothing is proved, and that is said.
@Suite struct MissingLibraryTests {
  private static let baselines = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Baselines")

  private func diff(_ prefix: [String]) throws -> String {
    let files = ["debian-6.16-amd64", "debian-6.12-amd64"].map {
      Self.baselines.appendingPathComponent("\($0).json").path
    }
    // A report is no gate, so that its exit status is 0.
    return try Command.run("env", prefix + [ToolRun.path, "report", "--report", "json=-"] + files)
  }

  @Test func saysThatNothingIsProved() throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    // A file of the name that is no library hides the real one.
    for name in ["libz3.so.4", "libz3.so"] {
      try Data("no library".utf8).write(to: directory.appendingPathComponent(name))
    }
    let without = try diff(["LD_LIBRARY_PATH=\(directory.path)"]).split(whereSeparator: \.isWhitespace)
      .joined(separator: " ")
    #expect(without.contains("\"meaning-undecided\"") && without.contains("not proved: libz3 is not installed"))
    #expect(!without.contains("proved equal"))
    let with = try diff([])
    #expect(with.contains("other instructions, proved equal") && !with.contains("not proved"))
  }
}
