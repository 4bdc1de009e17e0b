import Comparison
import Compatibility
import ContextABI
import Programs
import TestSupport
import Testing

/// Whom each change of `__sk_buff.netns_inum` hits: who reads it, and nobody else; nobody where the shadow follows.
@Suite struct NetnsInumHitsTests {
  /// Three readers and a bystander. The field's place is that of the miniature kernel's header (Tests/MiniKernel/bpf.h).
  private static func programs() throws -> [ProgramUses] {
    let snapshot = try MiniKernel.snapshot(.x86_64, ["NETNS_INUM"])
    let member = try #require(
      snapshot.contexts.first { $0.name == "__sk_buff" }?.layout.members.first { $0.name == "netns_inum" })
    let offset = member.bitOffset / 8
    return try UsesOf(
      """
      struct __sk_buff { u32 netns_inum; } CORE;
      SEC("tc") __attribute__((naked)) int classifier(void *c) { asm volatile("r0 = *(u32 *)(r1 + \(offset)); exit"); }
      SEC("socket") __attribute__((naked)) int filter(void *c) { asm volatile("r0 = *(u32 *)(r1 + \(offset)); exit"); }
      SEC("tc") int relocated(struct __sk_buff *skb) { return skb->netns_inum; }
      SEC("tc") __attribute__((naked)) int bystander(void *c) { asm volatile("r0 = *(u32 *)(r1 + 0); exit"); }
      """
    ).programs
  }

  private func hit(_ variants: [String]) throws -> Set<String> {
    let old = try MiniKernel.snapshot(.x86_64, ["NETNS_INUM"])
    let new = try MiniKernel.snapshot(.x86_64, ["NETNS_INUM"] + variants)
    let findings = SnapshotFindings.between(old, new)
    let hits = ProgramHits(try Self.programs(), findings, old: old, new: new)
    #expect(!findings.isEmpty)
    return Set(findings.flatMap(hits.hits).map(\.program))
  }

  @Test(arguments: [["NS_INUM_MOVED"], ["SKB_MOVED"], ["NS_INUM_MOVED", "SKB_MOVED"], ["NETNS_INUM_WRITABLE"]])
  func nobody(_ variants: [String]) throws {
    #expect(try hit(variants) == [])
  }

  @Test(
    arguments: [
      "NETNS_INUM_OTHER_MEMBER", "NETNS_INUM_UNGUARDED", "NETNS_INUM_MASKED", "NETNS_INUM_SHIFTED", "NETNS_INUM_SWAPPED",
      "NETNS_INUM_CONSTANT", "NETNS_INUM_PRIVILEGED",
    ])
  func everyReader(_ variant: String) throws {
    #expect(try hit([variant]) == ["classifier", "filter", "relocated"])
  }

  /// CO-RE takes the access to where the field is now.
  @Test func moved() throws {
    #expect(try hit(["NETNS_INUM_MOVED"]) == ["classifier", "filter"])
  }

  @Test func oneProgramType() throws {
    #expect(try hit(["NETNS_INUM_SCHED_CLS_ONLY"]) == ["filter"])
  }
}
