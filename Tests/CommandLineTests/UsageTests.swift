import Foundation
import TestSupport
import Testing

/// Mistakes in the command line: what is said of them, and how the program ends.
@Suite struct UsageTests {
  @Test func help() throws {
    for (arguments, said) in [
      (["help", "nosuch"], "there is no command nosuch; there are show, "), (["help", "sho"], "did you mean show?"),
      (["help", "baseline", "ad"], "there is no command baseline ad; did you mean add?"),
      (["help", "show", "more"], "show has no commands of its own"),
    ] {
      let result = try Program.run(arguments)
      #expect(result.status == 64 && result.output == "" && result.messages.contains(said), "\(arguments): \(result)")
    }
    for arguments in [["help"], ["help", "show"], ["help", "baseline", "add"], ["show", "--help"]] {
      let result = try Program.run(arguments)
      #expect(result.status == 0 && result.messages == "" && result.output.contains("USAGE: ctxabi"), "\(result)")
      #expect(result.output.split(separator: "\n").filter { $0.hasPrefix("USAGE") }.allSatisfy { $0.count <= 80 }, "\(arguments)")
    }
  }

  /// Each command's own usage, in lines that fit, no option torn from its value.
  @Test(arguments: [
    ["diff", "one"], ["diff"], ["show"], ["history"], ["field"], ["baseline", "accept", "x"], ["explain"], ["compat"],
    ["diff", "a", "b", "c"], ["show", "--no-such-option", "x"],
  ]) func counts(_ arguments: [String]) throws {
    let result = try Program.run(arguments)
    #expect(result.status == 64 && result.output == "", "\(result)")
    let command = arguments[0] == "baseline" ? "baseline accept" : arguments[0]
    #expect(result.messages.contains("Usage: ctxabi \(command) "), "\(result.messages)")
    let lines = result.messages.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 80 || !($0.hasPrefix("Usage") || $0.hasPrefix("       ")) }, "\(result.messages)")
    #expect(lines.allSatisfy { !$0.hasSuffix("[--types") && !$0.hasPrefix("       <types>") })
  }

  @Test func fileIsNoTree() throws {
    let file = try TemporaryFile.write([0], name: "vmlinux")
    let result = try Program.run(["check", file, "--base", "v6.12"])
    #expect(result.status == 64 && result.messages.hasPrefix("ctxabi: \(file): is a file, not a kernel tree; "), "\(result)")
  }

  /// A full disk is told from success, and a reader that has gone away is no mistake.
  @Test func failedWrites() throws {
    let full = try Program.run(["rules"], shell: "exec >/dev/full")
    #expect(full.status == 2, "\(full)")
    #expect(full.messages == "ctxabi: the standard output can't be written: No space left on device\n")
    let closed = try Command.run("sh", ["-c", "\"$0\" rules | head -n 1", Program.path])
    #expect(closed.split(separator: "\n").count == 1)
  }
}
