import Comparison
import ContextABI
import Foundation
import Testing

/// What is said of real kernels, held against what their sources say; and what must hold of any pair.
@Suite struct JudgementTests {
  /// The rules that these tests have the example of, beside those of the miniature kernel.
  static let rules = [
    "field-redeclared", "fields-reordered", "access-state-changed", "kernel-context-changed", "kernel-members-differ",
    "byte-order-differs", "unexplained-difference", "depends-on-new-member", "guard-missing", "guard-corrected",
    "correction-lost", "option-off", "option-on", "coverage-remark",
  ]

  private static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Baselines").path

  static let names = ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [])
    .filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()

  private static let snapshots: [String: Snapshot] = Dictionary(
    uniqueKeysWithValues: names.compactMap { name in
      (try? Snapshot(path: "\(directory)/\(name).json")).map { (name, $0) }
    })

  private func snapshot(_ name: String) throws -> Snapshot { try #require(Self.snapshots["debian-\(name)"]) }

  private func findings(_ old: String, _ new: String) throws -> [Finding] {
    SnapshotComparison(old: try snapshot(old), new: try snapshot(new)).findings()
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
    #expect(Set(found.flatMap(\.contexts)).isSuperset(of: ["__sk_buff", "bpf_sock_ops", "bpf_sockopt"]))
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
      let found = Soundness(try snapshot(name)).findings().filter { $0.rule.id == "guard-missing" }
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

  // MARK: - Records that differ

  /// One record changed by hand, and the rule that must tell it.
  @Test func singleRecords() throws {
    let old = try snapshot("6.12-amd64")
    func rules(_ change: (inout Snapshot) throws -> Void) throws -> Set<String> {
      var new = old
      try change(&new)
      let found = SnapshotComparison(old: old, new: new).findings()
      let back = SnapshotComparison(old: new, new: old).findings()
      #expect(!found.isEmpty && !back.isEmpty)
      return Set(found.map(\.rule.id))
    }
    let sockOps = try #require(old.contexts.firstIndex { $0.name == "bpf_sock_ops" })
    #expect(try rules { $0.contexts[sockOps].rules[0].field = "another" } == ["unexplained-difference"])
    #expect(try rules { $0.contexts[sockOps].layout.members.reverse() } == ["fields-reordered"])
    #expect(
      try rules { snapshot in
        let index = try #require(snapshot.coverage.firstIndex { !$0.isHole && $0.kind != .misconfigured })
        snapshot.coverage[index].reason = "another"
      } == ["coverage-remark"])
    #expect(
      try rules { snapshot in
        let name = try #require(snapshot.kernel.structures.keys.sorted().first)
        snapshot.kernel.structures[name]?.append(StructureMember(name: "new", bitSize: 8, type: "u8", overlap: nil))
      } == ["kernel-members-differ"])
    #expect(
      try rules { snapshot in
        for index in snapshot.programs.indices where snapshot.programs[index].context == "bpf_sysctl" {
          snapshot.programs[index].kernelContext = "another"
        }
        snapshot.kernel.members["another"] = snapshot.kernel.members["bpf_sysctl_kern"]
      }.contains("kernel-context-changed"))
    #expect(try findings("5.10-amd64", "6.1-amd64").contains { $0.rule.id == "access-state-changed" })
  }

  /// "No change" if and only if the data are equal, and what differs is explained by a rule: every pair, both ways.
  @Test(arguments: names) func everyPair(_ name: String) throws {
    let old = try #require(Self.snapshots[name])
    for other in Self.names {
      let new = try #require(Self.snapshots[other])
      let found = SnapshotComparison(old: old, new: new).findings()
      #expect(found.isEmpty == old.hasSameABI(as: new), "\(name), \(other)")
      #expect(!found.contains { $0.rule.id == "unexplained-difference" }, "\(name), \(other)")
      #expect(Set(found.map(\.digest)).count == found.count, "\(name), \(other)")
    }
  }
}
