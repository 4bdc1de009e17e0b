import ContextABI
import KernelImage
import TestSupport
import Testing

/// What each variant of the miniature kernel changes, written by hand from its source.
@Suite struct VariantTests {
  struct NetnsInum: Sendable, CustomTestStringConvertible {
    let variant: String
    let meaning: String

    var testDescription: String { variant }
  }

  static let guarded = "skb->dev ? skb->dev->nd_net.net->ns.inum : 0"

  static let meanings = [
    NetnsInum(variant: "NETNS_INUM_OTHER_MEMBER", meaning: "skb->dev ? skb->dev->nd_net.net->hash_mix : 0"),
    NetnsInum(variant: "NETNS_INUM_UNGUARDED", meaning: "skb->dev->nd_net.net->ns.inum"),
    NetnsInum(variant: "NETNS_INUM_CONSTANT", meaning: "0"),
    NetnsInum(variant: "NETNS_INUM_SIGNED", meaning: guarded),
    NetnsInum(variant: "NETNS_INUM_BIG_ENDIAN", meaning: guarded),
    NetnsInum(variant: "NETNS_INUM_MOVED", meaning: guarded),
    NetnsInum(variant: "NETNS_INUM_PRIVILEGED", meaning: guarded),
    NetnsInum(variant: "NS_INUM_MOVED", meaning: guarded),
  ]

  @Test(arguments: Architecture.allCases, meanings)
  func netnsInum(_ architecture: Architecture, _ wanted: NetnsInum) throws {
    let context = try MiniKernel.snapshot(architecture, ["NETNS_INUM", wanted.variant]).context("__sk_buff")
    #expect(context.meanings("netns_inum", .read) == [wanted.meaning])
  }

  /// The jump around the guard skips two instructions: what follows them is done to the 0, too.
  @Test(arguments: Architecture.allCases)
  func changedBits(_ architecture: Architecture) throws {
    func meaning(_ variant: String) throws -> [String] {
      try MiniKernel.snapshot(architecture, ["NETNS_INUM", variant]).context("__sk_buff")
        .meanings("netns_inum", .read)
    }
    #expect(try meaning("NETNS_INUM_MASKED") == ["skb->dev ? (u16)skb->dev->nd_net.net->ns.inum : 0"])
    #expect(try meaning("NETNS_INUM_SHIFTED") == ["skb->dev ? (skb->dev->nd_net.net->ns.inum >> 1) : 0"])
    let swapped = try meaning("NETNS_INUM_SWAPPED")
    let inum = "skb->dev->nd_net.net->ns.inum"
    #expect(
      swapped == [
        "skb->dev ? ((\(inum) >> 24) | ((u8)(\(inum) >> 16) << 8) | ((u8)(\(inum) >> 8) << 16) | ((u8)\(inum) << 24)) : 0"
      ])
  }

  @Test func absent() throws {
    let context = try MiniKernel.snapshot(.x86_64).context("__sk_buff")
    #expect(context.layout.size == 104)
    #expect(!context.layout.members.contains { $0.name == "netns_inum" })
    #expect(context.rules.allSatisfy { $0.offset < 104 })
  }

  @Test func moved() throws {
    let context = try MiniKernel.snapshot(.x86_64, ["NETNS_INUM", "NETNS_INUM_MOVED"]).context("__sk_buff")
    #expect(context.layout.members.last?.name == "netns_inum")
    #expect(context.layout.members.last?.bitOffset == 108 * 8)
    #expect(context.rules("netns_inum", .read).map(\.offset) == [108])
  }

  @Test func renamed() throws {
    let context = try MiniKernel.snapshot(.x86_64, ["NETNS_INUM", "NETNS_INUM_RENAMED"]).context("__sk_buff")
    #expect(context.meanings("netns_identifier", .read) == [Self.guarded])
    #expect(context.rules("netns_inum", .read).isEmpty)
  }

  @Test func fewerPrograms() throws {
    let context = try MiniKernel.snapshot(.x86_64, ["NETNS_INUM", "NETNS_INUM_SCHED_CLS_ONLY"])
      .context("__sk_buff")
    #expect(
      context.rules("netns_inum", .read).map(\.programs) == [["SCHED_CLS", "SCHED_CLS+tstamp_type"]])
  }

  @Test(arguments: Architecture.allCases)
  func writable(_ architecture: Architecture) throws {
    let context = try MiniKernel.snapshot(architecture, ["NETNS_INUM", "NETNS_INUM_WRITABLE"])
      .context("__sk_buff")
    #expect(
      context.meanings("netns_inum", .write)
        == ["if (skb->dev) skb->dev->nd_net.net->ns.inum = value"])
  }

  @Test(arguments: Architecture.allCases)
  func narrow(_ architecture: Architecture) throws {
    let context = try MiniKernel.snapshot(architecture, ["NETNS_INUM", "NETNS_INUM_NARROW"])
      .context("__sk_buff")
    let rule = try #require(context.rules("netns_inum", .read).first)
    #expect(rule.size == 2)
    #expect(context.layout.members.last?.encoding == "u16")
    // The callback loads all 4 bytes of ns.inum into what programs are told is a number of 2 bytes.
    #expect(rule.meaning.description == Self.guarded)
  }

  @Test(arguments: [
    ("FIELD_NARROWED", "u16", 16), ("FIELD_SIGNED", "s32", 32), ("FIELD_BIG_ENDIAN", "be32", 32),
  ])
  func retyped(_ variant: String, _ encoding: String, _ width: Int) throws {
    let context = try MiniKernel.snapshot(.x86_64, [variant]).context("__sk_buff")
    let member = try #require(context.layout.members.first { $0.name == "hash" })
    #expect(member.encoding == encoding)
    #expect(member.bitSize == width)
  }

  @Test func structures() throws {
    func context(_ variant: String, _ name: String = "__sk_buff") throws -> Context {
      try MiniKernel.snapshot(.x86_64, [variant]).context(name)
    }
    #expect(try context("FIELD_APPENDED").meanings("hwtstamp", .read) == ["skb->tstamp"])
    #expect(try context("FIELD_IN_PADDING").meanings("ip_summed", .read) == ["skb->ip_summed"])
    #expect(try context("FIELD_IN_PADDING").layout.size == 104)
    #expect(try context("STRUCTURE_GROWN").layout.size == 120)
    #expect(try context("STRUCTURE_GROWN").rules.allSatisfy { $0.offset < 104 })
    #expect(try context("STRUCTURE_SHRUNK", "xdp_md").layout.size == 20)
    let moved = try context("RUN_MOVED")
    #expect(moved.layout.members.first { $0.name == "hash" }?.bitOffset == 32 * 8)
    #expect(moved.layout.members.first { $0.name == "cb" }?.bitOffset == 36 * 8)
    #expect(moved.layout.members.first { $0.name == "ifindex" }?.bitOffset == 24 * 8)
  }

  @Test func removedTypes() throws {
    let programs = try MiniKernel.snapshot(.x86_64, ["PROGRAM_TYPE_REMOVED"]).programs.map(\.name)
    #expect(!programs.contains("SOCKET_FILTER") && programs.contains("SCHED_CLS"))
    let attached = try MiniKernel.snapshot(.x86_64, ["ATTACH_TYPE_REMOVED"]).programs.map(\.name)
    #expect(!attached.contains("XDP/DEVMAP") && attached.contains("XDP/XDP"))
  }

  @Test func registerType() throws {
    let context = try MiniKernel.snapshot(.x86_64, ["REGISTER_TYPE_CHANGED"]).context("__sk_buff")
    #expect(context.rules("data", .read).map(\.registerType) == ["SCALAR_VALUE"])
  }

  /// The scratch register is r9, or the next one down that the access does not use; it leaves with uaddr in it.
  @Test(arguments: Architecture.allCases)
  func registerNotRestored(_ architecture: Architecture) throws {
    let context = try MiniKernel.snapshot(architecture, ["REGISTER_NOT_RESTORED"]).context("bpf_sock_addr")
    let rule = try #require(
      context.rules("user_port", .write).first { $0.programs == ["CGROUP_SOCK_ADDR/INET4_BIND"] })
    // Nothing reads the slot again, so it has been changed for good as well.
    #expect(
      rule.meaning.description
        == "ctx->tmp_reg = r9; r9 = ctx->uaddr; sockaddr_in(ctx->uaddr)->sin_port = value")
    let high = try #require(rule.deviations.first { $0.registers == .highest })
    #expect(
      high.meaning.description
        == "ctx->tmp_reg = r7; r7 = ctx->uaddr; sockaddr_in(ctx->uaddr)->sin_port = value")
  }

  @Test(arguments: Architecture.allCases)
  func sameRegister(_ architecture: Architecture) throws {
    let context = try MiniKernel.snapshot(architecture, ["SAME_REGISTER_BUG"]).context("__sk_buff")
    let rule = try #require(context.rules("ifindex", .read).first)
    #expect(rule.meaning.description == "skb->dev ? skb->dev->ifindex : 0")
    #expect(rule.deviations.map(\.registers) == [.same])
    // With r1 for both, r1 is 0 when skb->dev is read from it: a fault, whatever is behind it.
    #expect(rule.deviations.first?.meaning != rule.meaning)
  }

  @Test(arguments: Architecture.allCases)
  func valueTooWide(_ architecture: Architecture) throws {
    let context = try MiniKernel.snapshot(architecture, ["VALUE_TOO_WIDE"]).context("__sk_buff")
    #expect(context.meanings("napi_id", .read) == ["skb->tstamp"])
    let rule = try #require(context.rules("napi_id", .read).first { $0.size == 4 })
    guard case .outcome(let outcome) = rule.meaning.tree else {
      Issue.record("a decision")
      return
    }
    #expect(outcome.result?.width == 64)
  }
}
