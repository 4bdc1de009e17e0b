import ArgumentParser

/// Usage errors as people read them: lines that fit, broken between options and not inside of one.
enum UsageText {
  /// A message of the argument parser with its line of usage wrapped.
  static func wrapped(_ message: String, width: Int) -> String {
    message.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let start = line.prefix { $0 == " " || $0.isLetter || $0 == ":" }
      let isUsage = line.hasPrefix("Usage: ") || line.hasPrefix("USAGE: ") || start.hasSuffix("or: ")
      return isUsage && line.count > width ? lines(String(line), width).joined(separator: "\n") : String(line)
    }.joined(separator: "\n")
  }

  private static func lines(_ usage: String, _ width: Int) -> [String] {
    let indent = String(repeating: " ", count: "Usage: ".count)
    var lines: [String] = []
    var line = ""
    for group in groups(usage) {
      if !line.isEmpty, line.count + 1 + group.count > width {
        lines.append(line)
        line = indent + group
      } else {
        line += line.isEmpty ? group : " \(group)"
      }
    }
    return lines + [line]
  }

  /// The words of a line, what stands in brackets, and an option with its value, together.
  private static func groups(_ usage: String) -> [String] {
    var groups: [String] = []
    var depth = 0
    for word in usage.split(separator: " ") {
      let belongs = depth > 0 || (word.hasPrefix("<") && groups.last?.hasPrefix("-") == true)
      if belongs, let last = groups.popLast() { groups.append("\(last) \(word)") } else { groups.append(String(word)) }
      depth += word.count { $0 == "[" || $0 == "(" } - word.count { $0 == "]" || $0 == ")" }
    }
    return groups
  }
}

extension Ctxabi {
  /// Says what is wrong with the command line, and ends; help and version are no mistake, and go to the standard output.
  static func end(with error: any Error) -> Never {
    let code = exitCode(for: error)
    let message = UsageText.wrapped(fullMessage(for: error), width: Console.width)
    if code == .success {
      if !message.isEmpty { Console.output(message.hasSuffix("\n") ? message : message + "\n") }
    } else if !message.isEmpty {
      Console.note(message)
    }
    exit(withError: code)
  }

  /// `help nosuch`: the parser would show the help of the whole program, as if nothing were wrong.
  static func checkHelp(_ arguments: [String]) throws {
    guard arguments.first == "help" else { return }
    var command: any ParsableCommand.Type = Ctxabi.self
    for word in arguments.dropFirst() where !word.hasPrefix("-") {
      let known = command.configuration.subcommands
      guard let next = known.first(where: { name($0) == word }) else {
        let place = name(command) == "ctxabi" ? "" : "\(name(command)) "
        if known.isEmpty { throw Failure(message: "\(place)has no commands of its own", status: Failure.unknownName) }
        throw Failure(
          message: "there is no command \(place)\(word)\(Suggestion.text(for: word, among: known.map(name)))",
          status: Failure.unknownName)
      }
      command = next
    }
  }

  private static func name(_ command: any ParsableCommand.Type) -> String { command.configuration.commandName ?? "" }
}
