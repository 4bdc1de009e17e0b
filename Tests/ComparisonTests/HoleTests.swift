import Comparison
import ContextABI
import KernelImage
import TestSupport
import Testing

/// What could not be told of a build is said once, as a hole in its coverage, and never looks like a change.
@Suite struct HoleTests {
  private let whole: Snapshot

  init() throws { whole = try MiniKernel.snapshot(.x86_64) }

  private func hole(_ programs: [String], _ accesses: [String]) -> CoverageItem {
    CoverageItem(kind: .hole, programs: programs, accesses: accesses, reason: "f at f+0x10: does not return")
  }

  private func rules(_ old: Snapshot, _ new: Snapshot) -> [String] {
    SnapshotComparison(old: old, new: new).findings().map(\.rule.id).sorted()
  }

  /// Both ways: the hole is in the new build, and in the old one.
  private func expectOnlyTheHole(_ damaged: Snapshot) {
    #expect(rules(whole, damaged) == ["coverage-lost"])
    #expect(rules(damaged, whole) == ["coverage-gained"])
  }

  @Test func everyAccess() {
    var damaged = whole
    for context in damaged.contexts.indices {
      for rule in damaged.contexts[context].rules.indices {
        damaged.contexts[context].rules[rule].programs.removeAll { $0 == "SCHED_CLS" }
      }
      damaged.contexts[context].rules.removeAll { $0.programs.isEmpty }
    }
    #expect(damaged.contexts != whole.contexts)
    // Without a hole these are changes.
    #expect(rules(whole, damaged).contains("read-revoked"))
    damaged.coverage.append(hole(["SCHED_CLS"], []))
    expectOnlyTheHole(damaged)
  }

  @Test func helpers() throws {
    var damaged = whole
    var interface = try #require(damaged.interface)
    for helper in interface.helpers.indices {
      for grant in interface.helpers[helper].grants.indices {
        interface.helpers[helper].grants[grant].programs.removeAll { $0 == "XDP" }
      }
      interface.helpers[helper].grants.removeAll { $0.programs.isEmpty }
    }
    #expect(interface != whole.interface)
    damaged.interface = interface
    #expect(!rules(whole, damaged).isEmpty)
    damaged.coverage.append(hole(["XDP"], [CoverageItem.allHelpers]))
    expectOnlyTheHole(damaged)
  }

  @Test func additions() throws {
    var damaged = whole
    var interface = try #require(damaged.interface)
    let programs = Set(interface.additions.flatMap(\.programs))
    #expect(!programs.isEmpty)
    interface.additions = []
    damaged.interface = interface
    #expect(!rules(whole, damaged).isEmpty)
    damaged.coverage.append(hole(programs.sorted(), [CoverageItem.additions]))
    expectOnlyTheHole(damaged)
  }

  /// A program type whose callbacks could not be found at all.
  @Test func programType() {
    var damaged = whole
    damaged.programs.removeAll { $0.type == "XDP" }
    for context in damaged.contexts.indices {
      for rule in damaged.contexts[context].rules.indices {
        damaged.contexts[context].rules[rule].programs.removeAll { $0.hasPrefix("XDP") }
      }
      damaged.contexts[context].rules.removeAll { $0.programs.isEmpty }
    }
    #expect(rules(whole, damaged).contains("program-type-removed"))
    damaged.coverage.append(hole(["XDP"], []))
    #expect(!rules(whole, damaged).contains("program-type-removed"))
    #expect(rules(whole, damaged).contains("coverage-lost"))
  }
}
