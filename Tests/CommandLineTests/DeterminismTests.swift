import Foundation
import TestSupport
import Testing

/// Equal input gives equal bytes in every process. Swift seeds its hash tables anew in each, so what takes its order from
/// one differs sooner or later.
@Suite struct DeterminismTests {
  private static let runs = 10

  /// As many kinds of changes as fit into one comparison.
  private static let variants = [
    "NETNS_INUM", "NETNS_INUM_MOVED", "SKB_MOVED", "FIELD_NARROWED", "FIELD_REFUSED", "FIELD_ALIASED", "FIELD_IN_PADDING",
    "REGISTER_NOT_RESTORED", "SAME_REGISTER_BUG", "MEMBER_WIDENED", "LAST_BYTE_REFUSED", "PROGRAM_TYPE_REMOVED",
    "ATTACH_TYPE_REMOVED", "STRUCTURE_SHRUNK", "TCP_SOCK", "NARROW_STORE", "CONFIG_NR_CPUS=64",
  ]

  private func files() throws -> (old: String, new: String) {
    (
      try TemporaryFile.write(Array(MiniKernel.snapshot(.x86_64, ["NETNS_INUM"]).json.utf8), name: "old.json"),
      try TemporaryFile.write(Array(MiniKernel.snapshot(.x86_64, Self.variants).json.utf8), name: "new.json")
    )
  }

  @Test(arguments: ["text", "markdown", "json", "sarif", "junit", "codequality", "github", "html"])
  func reports(_ format: String) throws {
    let (old, new) = try files()
    var outputs: Set<String> = []
    for _ in 0..<Self.runs {
      let result = try ToolRun(["report", old, new, "--report", "\(format)=-"])
      #expect(result.status == 0 && result.output.contains("netns_inum"), "\(result.messages)")
      outputs.insert(result.output)
    }
    #expect(outputs.count == 1)
  }

  @Test(arguments: [["diff", "--show", "note"], ["history"], ["lint"]])
  func commands(_ command: [String]) throws {
    let (old, new) = try files()
    let sides = command[0] == "lint" ? [new] : [old, new]
    var outputs: Set<String> = []
    for _ in 0..<Self.runs {
      let result = try ToolRun([command[0]] + sides + command.dropFirst())
      #expect(!result.output.isEmpty, "\(result.messages)")
      outputs.insert("\(result.status ?? -1) \(result.output) \(result.messages)")
    }
    #expect(outputs.count == 1)
  }

  @Test(arguments: [[], variants, ["NETNS_INUM", "CALLBACK_FAULTS", "NOTHING_CONVERTED", "REGISTER_NOT_RESTORED"]])
  func snapshots(_ variants: [String]) throws {
    for kernel in [
      try MiniKernel.build(.x86_64, variants), try MiniKernel.build(.s390x, variants, debug: .both),
      try MiniKernel.build(.arm64, variants, debug: .btf),
    ] {
      for command in [["snapshot"], ["accesses"], ["show", "--raw"]] {
        var outputs: Set<String> = []
        for _ in 0..<Self.runs / 2 {
          let result = try ToolRun([command[0], kernel] + command.dropFirst())
          #expect(!result.output.isEmpty, "\(result.messages)")
          outputs.insert("\(result.status ?? -1) \(result.output) \(result.messages)")
        }
        #expect(outputs.count == 1, "\(command) of \(kernel)")
      }
    }
  }
}
