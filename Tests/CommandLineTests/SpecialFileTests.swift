import Foundation
import TestSupport
import Testing

/// What is no regular file is refused at once, wherever a file is wanted.
@Suite(.timeLimit(.minutes(2))) struct SpecialFileTests {
  private static let commands = [
    ["show"], ["snapshot"], ["accesses"], ["check"], ["lint"], ["diff", "+"], ["report", "+"], ["baseline", "add", "x"],
  ]

  private func run(_ path: String) throws -> Set<String> {
    var messages: Set<String> = []
    for command in Self.commands {
      // A second side that can be read: the other is to blame.
      let arguments = command.map { $0 == "+" ? path : $0 } + [path, "--store", "/nonexistent"]
      let hasStore = !["show", "snapshot", "accesses", "lint"].contains(command[0])
      let result = try ToolRun(hasStore ? arguments : arguments.dropLast(2), seconds: 20)
      #expect(result.status == 2 && result.output == "", "\(command): \(result)")
      messages.insert(result.messages)
    }
    return messages
  }

  @Test func pipes() throws {
    let path = try TemporaryFile.write([], name: "vmlinux") + "-pipe"
    #expect(mkfifo(path, 0o600) == 0)
    #expect(try run(path) == ["ctxabi: \(path): is not a regular file\n"])
  }

  @Test func devices() throws {
    for path in ["/dev/zero", "/dev/null", "/dev/tty"] where access(path, R_OK) == 0 {
      let messages = try run(path)
      #expect(messages.allSatisfy { $0.hasPrefix("ctxabi: \(path): ") }, "\(messages)")
    }
    #expect(try run("/dev/zero") == ["ctxabi: /dev/zero: is not a regular file\n"])
  }

  @Test func directories() throws {
    let path = URL(fileURLWithPath: try TemporaryFile.write([])).deletingLastPathComponent().path
    let messages = try run(path)
    #expect(messages.contains("ctxabi: \(path): is a directory\n"))
    // check takes a directory for a kernel's sources.
    #expect(messages.allSatisfy { $0.hasPrefix("ctxabi: \(path): ") }, "\(messages)")
  }

  @Test func otherFiles() throws {
    let pipe = try TemporaryFile.write([], name: "config") + "-pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    let kernel = try MiniKernel.build(.x86_64)
    let result = try ToolRun(["snapshot", kernel, "--config", pipe], seconds: 20)
    #expect(result.status == 2 && result.messages == "ctxabi: \(pipe): is not a regular file\n")
  }

  @Test func standardInput() throws {
    for command in ["show", "snapshot", "accesses", "lint"] {
      let result = try ToolRun([command, "-"], seconds: 20)
      #expect(result.status == 2)
      #expect(result.messages.hasPrefix("ctxabi: -: a kernel is read from a file, not from the standard input"))
    }
  }

  /// A file of terabytes without content is no reason to fill the memory.
  @Test func hugeFiles() throws {
    let path = try TemporaryFile.write(Array("{\n\"schema\": \"ctxabi-snapshot\",\n".utf8), name: "s.json")
    #expect(truncate(path, 1 << 42) == 0)
    let result = try ToolRun(["diff", path, path], seconds: 20)
    #expect(result.status == 2 && result.messages.hasPrefix("ctxabi: \(path): is 4398046511104 bytes long"))
  }
}
