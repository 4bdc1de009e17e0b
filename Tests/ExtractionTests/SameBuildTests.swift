import ContextABI
import KernelImage
import TestSupport
import Testing

/// One source, compiled and described in different ways, has one ABI.
@Suite struct SameBuildTests {
  @Test(arguments: [Architecture.arm64, .riscv64])
  func littleEndianArchitectures(_ architecture: Architecture) throws {
    let one = try MiniKernel.snapshot(.x86_64, ["NETNS_INUM"])
    let other = try MiniKernel.snapshot(architecture, ["NETNS_INUM"])
    #expect(one.json == other.json)
  }

  /// On a big-endian machine the parts of a field lie the other way round, and nothing else differs.
  @Test func byteOrder() throws {
    let little = try MiniKernel.snapshot(.x86_64, ["NETNS_INUM"])
    let big = try MiniKernel.snapshot(.s390x, ["NETNS_INUM"])
    #expect(big.byteOrder == .big)
    #expect(little.programs == big.programs)
    #expect(little.coverage == big.coverage)
    #expect(little.kernel.structures == big.kernel.structures)
    for (left, right) in zip(little.contexts, big.contexts) {
      #expect(left.name == right.name)
      #expect(left.layout == right.layout)
      #expect(AccessRuleTests.accepted(left) == AccessRuleTests.accepted(right), "\(left.name)")
      let wholes = Set(left.rules.filter { isWhole($0, left) }.map(Self.text))
      #expect(wholes == Set(right.rules.filter { isWhole($0, right) }.map(Self.text)), "\(left.name)")
      #expect(!wholes.isEmpty)
    }
  }

  private func isWhole(_ rule: AccessRule, _ context: Context) -> Bool {
    context.layout.members.contains {
      $0.bitOffset == rule.offset * 8 && $0.bitSize == rule.size * 8
    }
  }

  private static func text(_ rule: AccessRule) -> String {
    "\(rule.field) \(rule.kinds) \(rule.registerType) \(rule.needsPrivilege) \(rule.programs) \(rule.meaning)"
  }

  @Test(
    arguments: Architecture.allCases,
    [MiniKernel.DebugInformation.dwarf4, .typeUnits, .btf])
  func debugInformation(
    _ architecture: Architecture, _ debug: MiniKernel.DebugInformation
  ) throws {
    let usual = try MiniKernel.snapshot(architecture, ["NETNS_INUM"], debug: .dwarf5)
    let other = try MiniKernel.snapshot(architecture, ["NETNS_INUM"], debug: debug)
    for (left, right) in zip(usual.json.split(separator: "\n"), other.json.split(separator: "\n"))
    where left != right && !left.hasPrefix("\"digest\"") {
      Issue.record("\(left)\n\(right)")
      break
    }
    #expect(usual == other)
  }

  @Test(arguments: Architecture.allCases)
  func determinism(_ architecture: Architecture) throws {
    let path = try MiniKernel.build(architecture, ["NETNS_INUM"])
    #expect(try TestBuild.snapshot(path).json == TestBuild.snapshot(path).json)
  }

  /// Moving the kernel's members moves nothing that a program can see.
  @Test(arguments: Architecture.allCases, ["NS_INUM_MOVED", "SKB_MOVED"])
  func kernelMembersMove(_ architecture: Architecture, _ variant: String) throws {
    let before = try MiniKernel.snapshot(architecture, ["NETNS_INUM"])
    let after = try MiniKernel.snapshot(architecture, ["NETNS_INUM", variant])
    #expect(before.json != after.json)
    for (left, right) in zip(before.contexts, after.contexts) {
      #expect(left.layout == right.layout)
      #expect(left.rules.map(Self.text) == right.rules.map(Self.text))
    }
    // The instructions follow the members.
    #expect(
      before.context("__sk_buff").rules.map(\.conversions)
        != after.context("__sk_buff").rules.map(\.conversions))
  }
}
