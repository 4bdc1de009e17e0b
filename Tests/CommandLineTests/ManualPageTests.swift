import Foundation
import TestSupport
import Testing

/// The manual page tells of every command and option that the program has, and of no other option.
@Suite struct ManualPageTests {
  /// A command, as the program describes itself.
  private struct Description: Decodable {
    struct Argument: Decodable {
      struct Name: Decodable {
        let kind: String
        let name: String
      }
      let names: [Name]?
    }
    let commandName: String
    let arguments: [Argument]?
    let subcommands: [Description]?
  }

  private struct Dump: Decodable { let command: Description }

  private func dump() throws -> Description {
    let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
      .appendingPathComponent("ctxabi").path
    let text = try Command.run(program, ["--experimental-dump-help"])
    return try JSONDecoder().decode(Dump.self, from: Data(text.utf8)).command
  }

  /// The page's lines, without its synopsis.
  private func page() throws -> [Substring] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("docs/ctxabi.1")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    return Array(lines.drop { !$0.hasPrefix(".Sh DESCRIPTION") })
  }

  private func options(_ command: Description) -> Set<String> {
    let own = (command.arguments ?? []).flatMap { $0.names ?? [] }.filter { $0.kind == "long" }.map(\.name)
    return (command.subcommands ?? []).reduce(into: Set(own)) { $0.formUnion(options($1)) }
  }

  /// The commands that do something, by the words that call them.
  private func names(_ command: Description) -> [String] {
    // swift-argument-parser gives every group of commands a command help.
    guard let inner = command.subcommands?.filter({ $0.commandName != "help" }), !inner.isEmpty else { return [""] }
    return inner.flatMap { command in
      names(command).map { $0.isEmpty ? command.commandName : "\(command.commandName) \($0)" }
    }
  }

  @Test func tellsOfEveryCommand() throws {
    let page = try page()
    let names = try names(dump())
    #expect(names.contains("show") && names.contains("baseline add"))
    for name in names {
      #expect(page.contains { $0 == ".It Cm \(name)" || $0.hasPrefix(".It Cm \(name) ") }, "the page has no \(name)")
    }
  }

  @Test func tellsOfEveryOption() throws {
    let words = try page().flatMap { $0.split(separator: " ") }
    var told: Set<String> = []
    for (word, next) in zip(words, words.dropFirst()) where word == "Fl" || word == ".Fl" {
      if next.hasPrefix("-") { told.insert(String(next.dropFirst())) }
    }
    // The synopsis has it, as every program does.
    #expect(told.symmetricDifference(options(try dump()).subtracting(["version"])) == [])
  }
}
