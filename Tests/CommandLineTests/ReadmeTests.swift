import Foundation
import TestSupport
import Testing

/// What the README shows first is what the program prints.
@Suite struct ReadmeTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  @Test func firstExample() throws {
    let readme = try String(contentsOf: Self.root.appendingPathComponent("README.md"), encoding: .utf8)
    let lines = readme.split(separator: "\n", omittingEmptySubsequences: false)
    let command = "    $ ctxabi diff debian-6.12-amd64 debian-7.2-amd64"
    let shown = lines.drop { $0 != command }.dropFirst().prefix { $0 != "    …" }.map { $0.dropFirst(4) }
    #expect(shown.count > 10)

    let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
      .appendingPathComponent("ctxabi").path
    // A report is no gate, so that its exit status is 0.
    let text = try Command.run(
      program,
      [
        "report", "debian-6.12-amd64", "debian-7.2-amd64", "--store",
        Self.root.appendingPathComponent("Baselines").path,
      ])
    #expect(text.split(separator: "\n", omittingEmptySubsequences: false).prefix(shown.count).elementsEqual(shown))
  }
}
