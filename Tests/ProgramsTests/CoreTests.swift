import ByteReading
import Compatibility
import ContextABI
import Programs
import TestSupport
import Testing

/// CO-RE relocations of contexts against layouts that were edited by hand.
@Suite struct CoreTests {
  private static let skb = """
    struct __sk_buff { u32 len, pkt_type, mark, queue_mapping, protocol; } CORE;
    struct __sk_buff___new { u32 netns_inum; } CORE;

    """

  private func places(_ program: ProgramUses, _ rules: BuildRules) -> [String] {
    program.judgements(on: rules).map { judgement in
      switch judgement.outcome {
      case .accepted: judgement.access
      case .refused(let reason): "refused: \(reason)"
      case .unknown(let reason): "unknown: \(reason)"
      case .unreached: "unreached"
      }
    }
  }

  @Test(arguments: ByteOrder.allCases)
  func fieldsThatMove(_ order: ByteOrder) throws {
    let uses = try UsesOf(
      Self.skb + "SEC(\"tc\") int read(struct __sk_buff *skb) { return skb->protocol; }", order: order)
    let program = try #require(uses["read"])
    #expect(program.uses.map(\.place) == ["16:4"])
    #expect(program.uses[0].relocation?.path == "protocol")
    let name = order == .little ? "debian-6.12-amd64" : "debian-6.12-s390x"
    #expect(try places(program, Baseline.rules(name)) == ["read 16:4"])
    // Moved to where `mark` stands, which is readable too.
    let moved = try Baseline.rules(name) { snapshot in
      snapshot.edit("__sk_buff") { layout in
        layout.members.removeAll { $0.name == "mark" }
        for index in layout.members.indices where layout.members[index].name == "protocol" {
          layout.members[index].bitOffset = 64
        }
      }
    }
    #expect(places(program, moved) == ["read 8:4"])
    let gone = try Baseline.rules(name) { $0.edit("__sk_buff") { $0.members.removeAll { $0.name == "protocol" } } }
    #expect(places(program, gone) == ["refused: it has no __sk_buff.protocol"])
  }

  /// What `bpf_core_field_exists` guards is not reached where the field does not exist.
  @Test(arguments: ["-O2", "-O1"])
  func guardedFields(_ optimisation: String) throws {
    let uses = try UsesOf(
      Self.skb + """
        SEC("tc") int guarded(struct __sk_buff *skb) {
          struct __sk_buff___new *new = (void *)skb;
          if (field_exists(new->netns_inum)) return new->netns_inum;
          return skb->len;
        }
        """, flags: [optimisation])
    let program = try #require(uses["guarded"])
    let without = try Baseline.rules("debian-6.12-amd64")
    #expect(Set(places(program, without)) == ["read 0:4", "unreached"])
    #expect(program.judged(on: without).verdict == .loads)
    // The compiler adds the offset to the pointer before the one load that both ways share; nothing but 0 can be added there.
    let refusal = "refused: 8 was added to the context pointer before the access, which SCHED_CLS programs may not do"
    for (bitOffset, outcome) in [(0, "read 0:4"), (64, refusal)] {
      let with = try Baseline.rules("debian-6.12-amd64") { snapshot in
        snapshot.edit("__sk_buff") { layout in
          layout.members.removeAll { $0.bitOffset == bitOffset }
          layout.members.append(
            LayoutMember(name: "netns_inum", bitOffset: bitOffset, bitSize: 32, type: "__u32", encoding: "u32"))
        }
      }
      #expect(Set(places(program, with)) == [outcome, "unreached"])
    }
  }

  /// Elements of arrays, and members of unions without a name.
  @Test func arraysAndUnions() throws {
    let uses = try UsesOf(
      """
      struct bpf_sock_ops { u32 op; union { u32 args[4]; u32 reply; u32 replylong[4]; }; u32 family; } CORE;
      SEC("sockops") int both(struct bpf_sock_ops *ops) { ops->reply = ops->args[2] + ops->replylong[3]; return 1; }
      """)
    let program = try #require(uses["both"])
    #expect(program.uses.compactMap(\.relocation?.path).sorted() == ["args[2]", "reply", "replylong[3]"])
    let judged = program.judged(on: try Baseline.rules("debian-6.12-amd64"))
    #expect(judged.verdict == .loads)
    let shorter = try Baseline.rules("debian-6.12-amd64") { snapshot in
      snapshot.edit("bpf_sock_ops") { layout in
        for index in layout.members.indices where layout.members[index].name == "args" {
          (layout.members[index].encoding, layout.members[index].bitSize) = ("u32[2]", 64)
        }
      }
    }
    #expect(program.judged(on: shorter).reason == "it has no bpf_sock_ops.args[2]")
  }

  /// A field of another size is read by that size; a signed one is no match (bpf_core_calc_relo).
  @Test func otherSizes() throws {
    let uses = try UsesOf(
      "struct __sk_buff { u16 len; u32 pkt_type; } CORE; SEC(\"tc\") int read(struct __sk_buff *skb) { return skb->len; }")
    let program = try #require(uses["read"])
    #expect(program.uses.map(\.place) == ["0:2"])
    #expect(try places(program, Baseline.rules("debian-6.12-amd64")) == ["read 0:4"])
  }

  /// A field's offset that is added to the pointer, as the accessors of bit-fields do: the field is found, and what was added
  /// is told. 7.1 takes that of programs whose accesses are not converted.
  @Test func offsetsInThePointer() throws {
    let uses = try UsesOf(
      Self.skb + """
        struct bpf_cgroup_dev_ctx { u32 access_type, major, minor; } CORE;
        #define ADDED(from, field) ({ void *at = (void *)from + __builtin_preserve_field_info(from->field, 0); \\
          asm volatile("" : "+r"(at)); *(u32 *)at; })
        SEC("tc") int added(struct __sk_buff *skb) { return ADDED(skb, protocol); }
        SEC("tc") int nothing(struct __sk_buff *skb) { return ADDED(skb, len); }
        SEC("cgroup/dev") int device(struct bpf_cgroup_dev_ctx *device) { return ADDED(device, minor); }
        """)
    #expect(uses.accesses("added") == ["ctx read 16:4"])
    let use = try #require(uses["added"]?.uses.first)
    #expect(use.added == 16 && use.relocatesPointer && use.relocation?.path == "protocol")
    let (old, new) = (try Baseline.rules("debian-7.0-amd64"), try Baseline.rules("debian-7.1-amd64"))
    for build in [old, new] {
      let judgement = try #require(uses["added"]).judged(on: build)
      #expect(judgement.reason?.hasPrefix("16 was added to the context pointer") == true)
      #expect(try #require(uses["nothing"]).judged(on: build).verdict == .loads)
    }
    #expect(try #require(uses["device"]).judged(on: old).verdict == .refused)
    #expect(try #require(uses["device"]).judged(on: new).verdict == .loads)
    // Moved to the start, nothing is added.
    let moved = try Baseline.rules("debian-7.0-amd64") { snapshot in
      snapshot.edit("__sk_buff") { layout in
        layout.members.removeAll { $0.name == "len" }
        for index in layout.members.indices where layout.members[index].name == "protocol" {
          layout.members[index].bitOffset = 0
        }
      }
    }
    #expect(places(try #require(uses["added"]), moved) == ["read 0:4"])
  }

  /// The answers that a bit-field's accessors ask for, by hand: 3 bits from bit 5 of the word at byte 4 on.
  @Test(arguments: ByteOrder.allCases)
  func bitFields(_ order: ByteOrder) throws {
    let bits = LayoutMember(name: "flags", bitOffset: 37, bitSize: 3, type: "__u32", encoding: "u32")
    var snapshot = try Baseline.snapshot(order == .little ? "debian-6.12-amd64" : "debian-6.12-s390x")
    snapshot.edit("__sk_buff") { $0.members = [bits] }
    func answer(_ kind: CoreRelocation.Kind) -> CoreAnswer {
      CoreRelocation(
        kind: kind, type: "__sk_buff", index: 0, steps: [.member("flags")], shape: .integer, size: nil, isResizable: false,
        compiled: 0
      ).answer(on: snapshot)
    }
    #expect(answer(.byteOffset) == .value(4, size: nil))
    #expect(answer(.byteSize) == .value(4, size: nil))
    #expect(answer(.exists) == .value(1, size: nil))
    #expect(answer(.isSigned) == .value(0, size: nil))
    // What is above the bits is shifted out on little-endian: 64 - 8. On big-endian, 32 bits and the 5 before it.
    #expect(answer(.leftShift) == .value(order == .little ? 56 : 37, size: nil))
    #expect(answer(.rightShift) == .value(61, size: nil))
  }

  @Test func typesAndUnknowns() throws {
    let snapshot = try Baseline.snapshot("debian-6.12-amd64")
    func answer(_ kind: CoreRelocation.Kind, _ type: String) -> CoreAnswer {
      CoreRelocation(
        kind: kind, type: type, index: 0, steps: [], shape: .composite, size: nil, isResizable: false, compiled: 0
      ).answer(on: snapshot)
    }
    #expect(answer(.typeSize, "__sk_buff") == .value(192, size: nil))
    #expect(answer(.typeExists, "__sk_buff") == .value(1, size: nil))
    #expect(answer(.typeExists, "task_struct") == .unknown)
  }
}
