import Comparison
import ContextABI
import Testing

/// What must hold of any two snapshots: "No change" if and only if the ABI data are equal.
@Suite struct RecordTests {
  /// One record changed by hand, and the rule that must tell it.
  @Test func singleRecords() throws {
    let old = try CommittedBaselines.snapshot("6.12-amd64")
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
    #expect(
      try rules { snapshot in snapshot.programs.removeAll { $0.name == "ptr:sock_common" } } == ["pointer-removed"])
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
    let (older, newer) = (try CommittedBaselines.snapshot("5.10-amd64"), try CommittedBaselines.snapshot("6.1-amd64"))
    #expect(SnapshotComparison(old: older, new: newer).findings().contains { $0.rule.id == "access-state-changed" })
  }

  /// What differs between real builds is explained by a rule: every pair, both ways.
  @Test(arguments: CommittedBaselines.names) func everyPair(_ name: String) throws {
    let old = try #require(CommittedBaselines.all[name])
    for other in CommittedBaselines.names {
      let new = try #require(CommittedBaselines.all[other])
      let found = SnapshotComparison(old: old, new: new).findings()
      #expect(found.isEmpty == old.hasSameABI(as: new), "\(name), \(other)")
      #expect(!found.contains { $0.rule.id == "unexplained-difference" }, "\(name), \(other)")
      #expect(Set(found.map(\.digest)).count == found.count, "\(name), \(other)")
    }
  }

  /// A record of any kind changed at random is never passed over, in either direction, and the gate is right where it is
  /// clear. Of each build two contexts, so that 2,000 changes can be tried.
  @Test(arguments: 0..<8) func randomRecords(_ seed: UInt64) throws {
    var random = RecordMutation(seed: seed)
    for _ in 0..<250 {
      let name = CommittedBaselines.names[random.below(CommittedBaselines.names.count)]
      let whole = try #require(CommittedBaselines.all[name])
      let old = whole.cut(to: [random.below(whole.contexts.count), random.below(whole.contexts.count)])
      var new = old
      let change = random.change(&new)
      if old.hasSameABI(as: new) { continue }
      try check(old, new, change.breaks, "\(name): \(change.what)")
      try check(new, old, change.breaksBack, "\(name), back: \(change.what)")
    }
  }

  private func check(_ old: Snapshot, _ new: Snapshot, _ breaks: Bool?, _ what: String) throws {
    let findings = SnapshotComparison(old: old, new: new).findings()
    let listing = "\(what)\n" + findings.map { "\($0.rule.severity) \($0.id): \($0.title)" }.joined(separator: "\n")
    #expect(!findings.isEmpty, "\(listing)")
    if let breaks { #expect(findings.contains { $0.rule.severity == .breaking } == breaks, "\(listing)") }
  }
}

extension Snapshot {
  /// The snapshot with these of its contexts alone, the programs that see them, and what the kernel has behind them.
  fileprivate func cut(to numbers: Set<Int>) -> Snapshot {
    var result = self
    result.contexts = numbers.sorted().map { contexts[$0] }
    let names = Set(result.contexts.map(\.name))
    result.programs.removeAll { !names.contains($0.context) }
    let (programs, kernelContexts) = (Set(result.programs.map(\.name)), Set(result.programs.map(\.kernelContext)))
    result.coverage.removeAll { programs.isDisjoint(with: $0.programs) }
    // As large as the rest, and not among what is changed.
    result.interface = nil
    result.kernel.members = kernel.members.filter { kernelContexts.contains($0.key) }
    let structures = Set(result.kernel.members.values.joined().compactMap(\.structure))
    result.kernel.structures = kernel.structures.filter { structures.contains($0.key) }
    return result
  }
}
