import Compatibility
import ContextABI
import Foundation
import Programs
import TestSupport
import Testing

/// Programs that people reported, and what kernels do with them (net/core/filter.c of the version).
@Suite struct JudgementOfProgramsTests {
  private func judged(_ source: String, on name: String) throws -> ProgramJudgement {
    try #require(try UsesOf(source).programs.first).judged(on: Baseline.rules(name))
  }

  /// `sock_ops_is_valid_access` allows stores to `reply` and `sk_txhash` alone.
  @Test func storeToRemoteAddress() throws {
    let judgement = try judged(
      Structures.sockOps + "SEC(\"sockops\") int store(struct bpf_sock_ops *ops) { ops->remote_ip4 = ops->op; return 1; }",
      on: "debian-6.12-amd64")
    #expect(judgement.verdict == .refused)
    #expect(judgement.reason == "bpf_sock_ops.remote_ip4 can be read only, not stored to")
    #expect(judgement.judgements.map(\.access) == ["write 24:4"])
  }

  /// `sock_ops_is_valid_access`: but for a few fields, reads are of 4 bytes.
  @Test func wideReadOfRemoteAddress() throws {
    let judgement = try judged(
      """
      SEC("sockops") __attribute__((naked)) int wide(void *ops) { asm volatile("r0 = *(u64 *)(r1 + 24); r0 = 1; exit"); }
      """, on: "debian-6.12-amd64")
    #expect(judgement.verdict == .refused)
    #expect(judgement.reason == "bpf_sock_ops.remote_ip4 can be read by 4 bytes only, not by 8")
  }

  /// `tstamp_type` came with 5.18 (commit 8d21ec0e46ed).
  @Test func firstKernelThatTakesIt() throws {
    let uses = try UsesOf(Structures.skb + "SEC(\"tc\") int type(struct __sk_buff *skb) { return skb->tstamp_type; }")
    let builds = try ["debian-5.10-amd64", "debian-6.1-amd64", "debian-6.12-amd64"].map { try Baseline.rules($0) }
    let table = CompatibilityTable(uses.programs, on: builds, reference: nil)
    #expect(table.rows[0].judgements.map(\.verdict) == [.refused, .loads, .loads])
    #expect(table.rows[0].takenFrom == [1, nil, nil])
    #expect(table.exitStatus == 1)
  }

  /// From 6.1 to 6.12 `vlan_present` became a test of `vlan_all` (commit 354259fa73e2).
  @Test func otherMeaning() throws {
    let uses = try UsesOf(
      Structures.skb + """
        SEC("tc") int vlan(struct __sk_buff *skb) { return skb->vlan_present; }
        SEC("tc") int length(struct __sk_buff *skb) { return skb->len; }
        """)
    let (old, new) = try (Baseline.rules("debian-6.1-amd64"), Baseline.rules("debian-6.12-amd64"))
    let table = CompatibilityTable(uses.programs, on: [old, new], reference: MeaningReference(old))
    let verdicts = Dictionary(uniqueKeysWithValues: table.rows.map { ($0.program.program, $0.judgements.map(\.verdict)) })
    #expect(verdicts["length"] == [.loads, .loads])
    #expect(verdicts["vlan"] == [.loads, .differs])
    let change = table.rows.first { $0.program.program == "vlan" }?.judgements[1].difference?.change
    #expect(change?.before != nil && change?.after?.contains("vlan_all") == true)
  }

  @Test func atomicsAndUnknownTypes() throws {
    let atomic = try judged(
      "SEC(\"tc\") __attribute__((naked)) int a(void *c) { asm volatile(\"r0 = 0; lock *(u32 *)(r1 + 8) += w0; exit\"); }",
      on: "debian-6.12-amd64")
    #expect(atomic.verdict == .refused)
    let unknown = try judged("SEC(\"mine\") int a(u32 *c) { return c[0]; }", on: "debian-6.12-amd64")
    #expect(unknown.verdict == .unknown)
    let attached = try judged("SEC(\"fentry/x\") int a(u64 *c) { return c[0]; }", on: "debian-6.12-amd64")
    #expect(attached.verdict == .unknown && attached.hasNoFixedContext)
  }

  /// What people reported: the compiler adds to the context pointer ("dereference of modified ctx ptr"). From 7.1 on verifiers
  /// take it of programs whose accesses are not converted (Tests/Oracle/modified-pointers.tsv).
  @Test(arguments: [("tp/x/y", 64, true), ("kprobe/x", 64, true), ("perf_event", 64, false), ("tc", 32, false)])
  func modifiedPointers(_ section: String, _ bits: Int, _ isTaken: Bool) throws {
    let source = """
      SEC("\(section)") __attribute__((naked)) int modified(void *ctx) {
        asm volatile("r6 = r1; r6 += 16; r1 = *(u\(bits) *)(r6 + 0); r0 = 0; exit");
      }
      """
    let old = try judged(source, on: "debian-7.0-amd64")
    #expect(old.verdict == .refused)
    #expect(old.reason?.hasPrefix("16 was added to the context pointer") == true)
    #expect(try judged(source, on: "debian-7.1-amd64").verdict == (isTaken ? .loads : .refused))
    // Of a build whose snapshot does not tell, nothing is said.
    let untold = try Baseline.rules("debian-7.1-amd64") { snapshot in
      for index in snapshot.programs.indices { snapshot.programs[index].takesModifiedPointers = nil }
    }
    #expect(try #require(UsesOf(source).programs.first).judged(on: untold).verdict == .unknown)
  }

  /// `adjust_ptr_min_max_vals` (kernel/bpf/verifier.c): nothing is added to a socket, nor taken from a context.
  @Test(arguments: [
    "r1 = *(u64 *)(r1 + 168); if r1 == 0 goto +2; r1 += 4; r1 = *(u32 *)(r1 + 0)", "r1 += -8; r1 = *(u32 *)(r1 + 16)",
  ])
  func otherArithmetic(_ code: String) throws {
    for build in ["debian-7.0-amd64", "debian-7.1-amd64"] {
      let judgement = try judged(
        "SEC(\"tc\") __attribute__((naked)) int program(void *ctx) { asm volatile(\"\(code); r0 = 0; exit\"); }", on: build)
      #expect(judgement.verdict == .refused)
    }
  }

  /// The pointers that contexts hand out are those of every baseline, and no others.
  @Test(arguments: Baseline.names)
  func contextPointers(_ name: String) throws {
    let snapshot = try Baseline.snapshot(name)
    let bases = [
      "PTR_TO_SOCKET": "sock", "PTR_TO_SOCKET_OR_NULL": "sock", "PTR_TO_SOCK_COMMON": "sock_common",
      "PTR_TO_SOCK_COMMON_OR_NULL": "sock_common",
    ]
    let types = [
      "__sk_buff": "tc", "bpf_sk_lookup": "sk_lookup", "bpf_sock_addr": "cgroup/bind4", "bpf_sock_ops": "sockops",
      "bpf_sockopt": "cgroup/getsockopt", "sk_msg_md": "sk_msg", "sk_reuseport_md": "sk_reuseport",
    ]
    for context in snapshot.contexts {
      for rule in context.rules {
        guard let base = bases[rule.registerType] else { continue }
        let section = try #require(types[context.name], "\(context.name) hands out a pointer")
        let uses = try UsesOf(
          """
          SEC("\(section)") __attribute__((naked)) int pointer(void *ctx) {
            asm volatile("r2 = *(u64 *)(r1 + \(rule.offset)); if r2 == 0 goto 1f; r0 = *(u32 *)(r2 + 4); 1: r0 = 0; exit");
          }
          """)
        #expect(uses.accesses("pointer") == ["ctx read \(rule.offset):8", "\(base) read 4:4"], "\(context.name) \(rule.field)")
      }
    }
  }

  @Test func hits() throws {
    let uses = try UsesOf(
      Structures.skb + """
        SEC("tc") int vlan(struct __sk_buff *skb) { return skb->vlan_present; }
        SEC("tc") int length(struct __sk_buff *skb) { return skb->len; }
        """)
    let (old, new) = try (Baseline.snapshot("debian-6.1-amd64"), Baseline.snapshot("debian-6.12-amd64"))
    let findings = SnapshotFindings.between(old, new)
    let hits = ProgramHits(uses.programs, findings, old: old, new: new)
    let hit = findings.filter { !hits.hits(of: $0).isEmpty && $0.rule.severity >= .review }
    #expect(!hit.isEmpty)
    #expect(hit.allSatisfy { $0.fields.contains("vlan_present") })
    #expect(Set(hit.flatMap(hits.hits).map(\.program)) == ["vlan"])
  }
}
