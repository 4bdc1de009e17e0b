import ContextABI
import KernelImage
import TestSupport
import Testing

/// Who may access what in the miniature kernel, written by hand from its source.
@Suite struct AccessRuleTests {
  /// Every single access that a snapshot accepts: program, kind, offset and size.
  struct Accepted: Hashable, CustomStringConvertible {
    let program: String
    let kind: AccessKind
    let offset: Int
    let size: Int

    var description: String { "\(program) \(kind.rawValue) \(offset):\(size)" }
  }

  static func accepted(_ context: Context) -> Set<Accepted> {
    var result: Set<Accepted> = []
    for rule in context.rules {
      let parts: [AccessRule.Part] =
        switch rule.parts {
        case .whole: []
        case .aligned: AccessRule.alignedParts(offset: rule.offset, size: rule.size)
        case .listed(let listed): listed
        }
      for program in rule.programs {
        for kind in rule.kinds {
          for part in parts + [AccessRule.Part(offset: rule.offset, size: rule.size)]
          where kind != .readSignExtending || part.size < 8 {
            result.insert(
              Accepted(program: program, kind: kind, offset: part.offset, size: part.size))
          }
        }
      }
    }
    return result
  }

  /// The accesses of `__sk_buff` with netns_inum: offset, size, how it may be read, and whether it may be written.
  enum Reading { case whole, parts, wholeUnsignedOnly }
  static let fields: [(name: String, offset: Int, size: Int, Reading, written: Bool, filter: Bool)] = [
    ("len", 0, 4, .parts, false, true), ("pkt_type", 4, 4, .parts, false, true),
    ("mark", 8, 4, .parts, true, true), ("queue_mapping", 12, 4, .parts, true, true),
    ("protocol", 16, 4, .parts, false, true), ("vlan_present", 20, 4, .parts, false, true),
    ("ifindex", 24, 4, .parts, false, true), ("hash", 28, 4, .parts, false, true),
    ("tc_classid", 52, 4, .parts, true, false), ("data", 56, 4, .wholeUnsignedOnly, false, false),
    ("data_end", 60, 4, .wholeUnsignedOnly, false, false), ("napi_id", 64, 4, .parts, false, true),
    ("family", 68, 4, .parts, false, true), ("local_ip4", 72, 4, .parts, false, true),
    ("priority", 76, 4, .parts, true, true), ("tstamp", 80, 8, .whole, true, false),
    ("gso_segs", 88, 4, .parts, false, true), ("tstamp_type", 92, 1, .whole, false, false),
    ("sk", 96, 8, .whole, false, true), ("netns_inum", 104, 4, .parts, false, true),
  ]

  static let packet: Set<Accepted> = {
    var result: Set<Accepted> = []
    for program in ["SCHED_CLS", "SCHED_CLS+tstamp_type", "SOCKET_FILTER"] {
      let isFilter = program == "SOCKET_FILTER"
      func add(_ kind: AccessKind, _ offset: Int, _ size: Int) {
        if kind == .readSignExtending && size == 8 { return }
        result.insert(Accepted(program: program, kind: kind, offset: offset, size: size))
      }
      for field in fields where field.filter || !isFilter {
        let parts = field.3 == .parts ? AccessRule.alignedParts(offset: field.offset, size: field.size) : []
        for part in parts + [AccessRule.Part(offset: field.offset, size: field.size)] {
          add(.read, part.offset, part.size)
          if field.3 != .wholeUnsignedOnly { add(.readSignExtending, part.offset, part.size) }
        }
        if field.written && !isFilter {
          add(.write, field.offset, field.size)
          add(.writeImmediate, field.offset, field.size)
        }
      }
      for size in [1, 2, 4, 8] {
        for offset in stride(from: 32, through: 52 - size, by: size) {
          for kind in AccessKind.allCases { add(kind, offset, size) }
        }
      }
    }
    return result
  }()

  @Test(arguments: Architecture.allCases)
  func packetAccesses(_ architecture: Architecture) throws {
    let found = Self.accepted(
      try MiniKernel.snapshot(architecture, ["NETNS_INUM"]).context("__sk_buff"))
    #expect(found.subtracting(Self.packet).sorted { $0.description < $1.description } == [])
    #expect(Self.packet.subtracting(found).sorted { $0.description < $1.description } == [])
  }

  @Test func layout() throws {
    let layout = try MiniKernel.snapshot(.x86_64, ["NETNS_INUM"]).context("__sk_buff").layout
    #expect(layout.size == 112)
    #expect(layout.alignment == 8)
    var wanted = Self.fields.map { "\($0.name) \($0.offset) \($0.size)" }
    wanted.insert("cb 32 20", at: 8)
    #expect(layout.members.map { "\($0.name) \($0.bitOffset / 8) \($0.bitSize / 8)" } == wanted)
    #expect(layout.members.first { $0.name == "cb" }?.type == "__u32[5]")
    #expect(layout.members.first { $0.name == "cb" }?.encoding == "u32[5]")
    #expect(layout.members.first { $0.name == "sk" }?.type == "struct bpf_sock *")
    #expect(layout.members.first { $0.name == "sk" }?.encoding == "pointer")
  }

  @Test func programs() throws {
    let snapshot = try MiniKernel.snapshot(.x86_64)
    #expect(
      snapshot.programs.map { "\($0.name) \($0.context) \($0.kernelContext)" } == [
        "CGROUP_SOCK/INET4_POST_BIND bpf_sock sock", "CGROUP_SOCK/INET_SOCK_CREATE bpf_sock sock",
        "CGROUP_SOCK_ADDR/INET4_BIND bpf_sock_addr bpf_sock_addr_kern",
        "CGROUP_SOCK_ADDR/INET6_BIND bpf_sock_addr bpf_sock_addr_kern",
        "SCHED_CLS __sk_buff sk_buff", "SCHED_CLS+tstamp_type __sk_buff sk_buff",
        "SOCKET_FILTER __sk_buff sk_buff", "XDP xdp_md xdp_buff", "XDP/DEVMAP xdp_md xdp_buff",
        "XDP/XDP xdp_md xdp_buff", "ptr:sock bpf_sock sock", "ptr:sock_common bpf_sock sock",
      ])
    #expect(snapshot.coverage.map(\.kind) == [.attachTarget])
    #expect(snapshot.coverage.map(\.programs) == [["TRACING"]])
  }

  // MARK: - Privilege, attach types, register types

  @Test(arguments: Architecture.allCases)
  func privilege(_ architecture: Architecture) throws {
    let snapshot = try MiniKernel.snapshot(architecture)
    let fields = Set(
      snapshot.contexts.flatMap { context in
        context.rules.filter(\.needsPrivilege).map { "\(context.name).\($0.field)" }
      })
    #expect(fields == ["__sk_buff.tstamp"])
    let changed = try MiniKernel.snapshot(architecture, ["PRIVILEGE_NEEDED"])
    let privileged = Set(changed.context("__sk_buff").rules.filter(\.needsPrivilege).map(\.field))
    #expect(privileged == ["tstamp", "hash"])
  }

  @Test func attachTypes() throws {
    let snapshot = try MiniKernel.snapshot(.arm64)
    let egress = snapshot.context("xdp_md").rules("egress_ifindex", .read)
    #expect(egress.map(\.programs) == [["XDP/DEVMAP"]])
    let address = snapshot.context("bpf_sock_addr")
    #expect(address.rules("user_ip4", .read).map(\.programs) == [["CGROUP_SOCK_ADDR/INET4_BIND"]])
    let socket = snapshot.context("bpf_sock")
    #expect(socket.rules("mark", .write).map(\.programs) == [["CGROUP_SOCK/INET_SOCK_CREATE"]])
    #expect(
      socket.rules("mark", .read).map(\.programs) == [
        ["CGROUP_SOCK/INET4_POST_BIND", "CGROUP_SOCK/INET_SOCK_CREATE", "ptr:sock"]
      ])
    #expect(
      socket.rules("family", .read).flatMap(\.programs).contains("ptr:sock_common"))
  }

  /// The verifier lets nobody write through a socket pointer.
  @Test func socketPointersAreReadOnly() throws {
    for context in try MiniKernel.snapshot(.riscv64).contexts {
      for rule in context.rules where rule.kinds.contains(where: \.isWrite) {
        #expect(!rule.programs.contains { $0.hasPrefix("ptr:") }, "\(context.name).\(rule.field)")
      }
    }
  }

  @Test func registerTypes() throws {
    let snapshot = try MiniKernel.snapshot(.s390x)
    func types(_ context: String, _ field: String) -> Set<String> {
      Set(snapshot.context(context).rules(field, .read).map(\.registerType))
    }
    #expect(types("__sk_buff", "data") == ["PTR_TO_PACKET"])
    #expect(types("__sk_buff", "data_end") == ["PTR_TO_PACKET_END"])
    #expect(types("__sk_buff", "sk") == ["PTR_TO_SOCK_COMMON_OR_NULL"])
    #expect(types("__sk_buff", "len") == ["SCALAR_VALUE"])
    #expect(types("xdp_md", "data_meta") == ["PTR_TO_PACKET_META"])
    #expect(types("bpf_sock_addr", "sk") == ["PTR_TO_SOCKET"])
  }

  /// A verifier that does not know sign-extending loads has none, whatever the callbacks say.
  @Test func olderVerifiers() throws {
    let old = try MiniKernel.snapshot(.x86_64, ["NO_SIGN_EXTENDING_LOADS", "NO_IMMEDIATE_STORES"])
    let kinds = Set(old.contexts.flatMap { $0.rules.flatMap(\.kinds) })
    #expect(kinds == [.read, .write])
  }
}
