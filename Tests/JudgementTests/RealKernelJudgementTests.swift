import Comparison
import ContextABI
import Foundation
import Testing

/// What is said of real kernels, held against what their sources say.
@Suite struct RealKernelJudgementTests {
  /// The findings about contexts.
  private func findings(_ old: String, _ new: String) throws -> [Finding] {
    try allFindings(old, new).filter { finding in
      finding.context != Change.helpers
        && !["added-code", "packet-load", "test-run", "structure-write", "interface-remark"].contains(
          where: finding.rule.id.hasPrefix)
    }
  }

  private func allFindings(_ old: String, _ new: String) throws -> [Finding] {
    SnapshotComparison(old: try CommittedBaselines.snapshot(old), new: try CommittedBaselines.snapshot(new)).findings()
  }

  // MARK: - Helpers

  /// lwt_seg6local_prog_ops lost its test_run in 6.3 (net/core/filter.c), and nothing else did.
  @Test func testRunsOfSegmentRouting() throws {
    let found = try allFindings("6.1-amd64", "6.12-amd64").filter { $0.rule.id == "test-run-removed" }
    #expect(found.flatMap(\.fields) == ["LWT_SEG6LOCAL"])
  }

  /// bpf_tail_call may run programs that change the packet (bpf_helper_changes_pkt_data of 6.12's updates, and not of 6.1's),
  /// and bpf_get_smp_processor_id became one whose calls keep registers.
  @Test func callsThatChangeThePacket() throws {
    let found = try allFindings("6.1-amd64", "6.12-amd64")
    #expect(found.contains { $0.rule.id == "helper-call-restricted" && $0.fields.contains("bpf_tail_call") })
    #expect(found.contains { $0.rule.id == "helper-call-eased" && $0.fields.contains("bpf_get_smp_processor_id") })
    #expect(found.contains { $0.rule.id == "helper-added" && $0.fields.contains("bpf_cgrp_storage_get") })
  }

  /// Flags of types that the older kernel does not know say nothing: no program broke by OBJ_RELEASE or MEM_WRITE.
  @Test func flagsThatAreNew() throws {
    let found = try allFindings("5.10-amd64", "6.1-amd64").filter { $0.rule.id == "helper-argument-tightened" }
    #expect(!found.flatMap(\.fields).contains("bpf_sk_release"))
  }

  /// bpf_snprintf and others write to an argument that 6.12 did not say they write to: for a map value check_helper_mem_access
  /// (kernel/bpf/verifier.c) asked whether it may be read. Who passes memory that can be written to notices nothing.
  @Test func writesThatAreDeclared() throws {
    let found = try allFindings("6.12-amd64", "7.2-amd64")
    let declared = found.filter { $0.rule.id == "helper-argument-changed" && $0.title.contains("which it writes to") }
    #expect(Set(declared.flatMap(\.fields)).isSuperset(of: ["bpf_snprintf", "bpf_d_path", "bpf_sysctl_get_name"]))
    let tightened = found.filter { $0.rule.id == "helper-argument-tightened" }
    #expect(tightened.flatMap(\.changes).allSatisfy { $0.after?.contains("MEM_WRITE") != true })
  }

  // MARK: - Real kernels

  /// Between 6.12.95 and 6.12.107 SOCK_OPS_GET_FIELD (net/core/filter.c) got a store of 0 to the destination where it is the
  /// context register and the socket is no full one.
  @Test func contextPointerLeftInTheRegister() throws {
    let forward = try findings("6.12-backports-amd64", "6.12-amd64").filter { $0.rule.severity > .note }
    #expect(forward.map(\.rule.id) == ["same-register-corrected"])
    #expect(forward.first?.fields.count == 24)
    let back = try findings("6.12-amd64", "6.12-backports-amd64").filter { $0.rule.severity > .note }
    #expect(back.map(\.rule.id) == ["correction-lost"])
    #expect(back.first?.fields.count == 24)
    #expect(try findings("6.19-amd64", "7.0-amd64").contains { $0.rule.id == "same-register-corrected" })
  }

  /// Pointer fields read by 4 bytes were accepted by the callbacks and then refused by the verifier.
  @Test func acceptedAndThenRefused() throws {
    let found = try findings("6.12.57-amd64", "6.12.69-amd64").filter { $0.rule.severity > .note }
    #expect(found.map(\.rule.id) == ["refused-at-once"])
    // Not bpf_sock_addr: sock_addr_is_valid_access refused what it has no case for already.
    #expect(Set(found.flatMap(\.contexts)) == ["__sk_buff", "bpf_sock_ops", "bpf_sockopt"])
  }

  /// 5.18 let programs at tc ingress read 0 where the time stamp is a delivery time.
  @Test func readsOfTimeStampsAreTold() throws {
    let found = try findings("5.10-amd64", "6.1-amd64")
    let stamp = try #require(found.first { $0.fields == ["tstamp"] && $0.rule.id == "depends-on-new-member" })
    #expect(stamp.changes.first?.accesses == ["read 152:8"] && stamp.changes.last?.isStore == true)
    #expect(stamp.changes.first?.witness?.contains("skb->mono_delivery_time = 1") == true)
    #expect(!found.contains { $0.rule.severity == .breaking })
    // "Allow 4-byte access to 2-byte field for backward compatibility" (sk_lookup_is_valid_access).
    #expect(found.contains { $0.id == "field-redeclared:bpf_sk_lookup.remote_port" })
  }

  /// A flag that the old build does not have replaced another one in the guard of 23 fields.
  @Test func newFlagInAGuard() throws {
    let found = try findings("6.12-amd64", "7.2-amd64")
    #expect(!found.contains { $0.rule.severity == .breaking })
    let guarded = try #require(found.first { $0.rule.id == "depends-on-new-member" })
    #expect(found.first == guarded)
    #expect(
      guarded.title
        == "23 fields of bpf_sock_ops are guarded by ctx->is_locked_tcp_sock instead of ctx->is_fullsock")
    #expect(guarded.changes.first?.isStore == false && guarded.changes.contains { $0.isStore })
    #expect(guarded.changes.allSatisfy { $0.witness?.contains("ctx->is_locked_tcp_sock = 0") ?? true })
  }

  /// rtt_min got the guard that its neighbours have, in 6.12.117 and 7.2; 6.16.12 does not have it yet.
  @Test func guardThatAllNeighboursHave() throws {
    let corrected = try findings("6.12-amd64", "6.12-bookworm-amd64").filter { $0.rule.severity > .correction }
    #expect(corrected.map(\.id) == ["guard-corrected:bpf_sock_ops.rtt_min"])
    let lost = try findings("6.12-bookworm-amd64", "6.16-amd64")
    #expect(!lost.contains { $0.rule.severity == .breaking })
    #expect(lost.contains { $0.id == "correction-lost:bpf_sock_ops.rtt_min" })
    for (name, isMissing) in [
      ("6.1-amd64", true), ("6.12-backports-amd64", true), ("6.12-amd64", true), ("6.12-bookworm-amd64", false),
      ("7.2-amd64", false),
    ] {
      let found = Soundness(try CommittedBaselines.snapshot(name)).findings().filter { $0.rule.id == "guard-missing" }
      #expect(found.flatMap(\.fields) == (isMissing ? ["rtt_min"] : []), "\(name)")
    }
  }

  /// In network order the bytes in memory are the same on either machine.
  @Test func portsOnBigEndianMachines() throws {
    let found = try findings("6.12-amd64", "6.12-s390x")
    #expect(found.contains { $0.rule.id == "byte-order-differs" })
    let ports = found.filter { $0.rule.severity == .breaking && $0.fields.contains("remote_port") }
    // A read of 2 bytes gives 4 on x86-64, which lint tells: that differs indeed.
    #expect(ports.flatMap(\.changes).allSatisfy { $0.accesses == ["read 132:2"] }, "\(ports.map(\.title))")
  }

  // MARK: - Options

  /// With CONFIG_NET off, include/linux/bpf_types.h lists none of the networking types, and no program has a socket pointer.
  @Test func typesOfAnOption() throws {
    let old = try CommittedBaselines.snapshot("6.12-amd64")
    var new = old
    let types: Set<String> = [
      "SOCKET_FILTER", "SCHED_CLS", "SCHED_ACT", "XDP", "CGROUP_SKB", "CGROUP_SOCK", "CGROUP_SOCK_ADDR", "LWT_IN", "LWT_OUT",
      "LWT_XMIT", "LWT_SEG6LOCAL", "SOCK_OPS", "SK_SKB", "SK_MSG", "FLOW_DISSECTOR", "SK_REUSEPORT", "SK_LOOKUP", "NETFILTER",
    ]
    new.programs.removeAll { types.contains($0.type) }
    let left = Set(new.programs.map(\.context))
    new.contexts.removeAll { !left.contains($0.name) }
    new.coverage.removeAll { !types.isDisjoint(with: $0.programs.map { String($0.prefix { $0 != "/" }) }) }
    let interface = try #require(old.interface)
    new.interface = interface.restricted(to: Set(interface.programs.filter { !types.contains($0.type) }.map(\.name)))
    new.provenance.configuration?.options["CONFIG_NET"] = "n"
    let breaking = SnapshotComparison(old: old, new: new).findings().filter { $0.rule.severity == .breaking }
    #expect(breaking.map(\.title) == ["CONFIG_NET is off: 18 program types are no longer supported"])
  }

  /// With CONFIG_IPV6 off the conversions of addresses load 0 (net/core/filter.c): one option, one finding.
  @Test(arguments: [true, false]) func optionIsOneFinding(_ isKnown: Bool) throws {
    var (old, new) = (try CommittedBaselines.snapshot("6.12-amd64"), try CommittedBaselines.snapshot("6.12-amd64"))
    for context in new.contexts.indices {
      for rule in new.contexts[context].rules.indices {
        let members = new.contexts[context].rules[rule].meaning.members
        guard new.contexts[context].rules[rule].kinds.contains(.read),
          members.contains(where: { $0.path.contains("skc_v6_") || $0.path.contains("->v6.") })
        else { continue }
        new.contexts[context].rules[rule].meaning = .read(.constant(0))
      }
    }
    // bpf_sock_is_valid_access has no case for src_ip6 then: it is refused.
    let sock = try #require(new.contexts.firstIndex { $0.name == "bpf_sock" })
    new.contexts[sock].rules.removeAll { $0.field.hasPrefix("src_ip6") }
    if isKnown {
      old.provenance.configuration = ConfigurationRecord(digest: "", options: ["CONFIG_IPV6": "y", "CONFIG_NET": "y"])
      new.provenance.configuration = ConfigurationRecord(digest: "", options: ["CONFIG_IPV6": "n", "CONFIG_NET": "y"])
    } else {
      old.provenance.configuration = nil
      new.provenance.configuration = nil
    }
    let breaking = SnapshotComparison(old: old, new: new).findings().filter { $0.rule.severity == .breaking }
    #expect(breaking.map(\.id) == ["option-off:CONFIG_IPV6"])
    #expect(breaking.first?.title.hasPrefix(isKnown ? "CONFIG_IPV6 is off: " : "as if CONFIG_IPV6 were off: ") == true)
    #expect((breaking.first?.contexts.count ?? 0) >= 4)
    #expect(breaking.first?.title.hasSuffix(" read a constant, 4 fields of bpf_sock are refused") == true)
    let back = SnapshotComparison(old: new, new: old).findings().filter { $0.rule.severity >= .review }
    if isKnown { #expect(back.map(\.id) == ["option-on:CONFIG_IPV6"]) }
  }
}
