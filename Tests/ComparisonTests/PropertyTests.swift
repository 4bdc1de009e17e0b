import Comparison
import Foundation
import ContextABI
import KernelImage
import TestSupport
import Testing

/// What must hold of any comparison.
@Suite struct PropertyTests {
  static let variants: [[String]] = [
    [], ["NETNS_INUM"], ["NETNS_INUM", "NETNS_INUM_MASKED"], ["SKB_MOVED"], ["PROGRAM_TYPE_REMOVED"],
    ["ATTACH_TYPE_REMOVED", "STRUCTURE_GROWN"], ["REGISTER_NOT_RESTORED"], ["CALLBACK_FAULTS"], ["RUN_MOVED"],
  ]

  @Test(arguments: Architecture.allCases, variants)
  func nothingDiffersFromItself(_ architecture: Architecture, _ variant: [String]) throws {
    let snapshot = try MiniKernel.snapshot(architecture, variant)
    // Nothing is known of a hole, on neither side.
    let changes = SnapshotComparison(old: snapshot, new: snapshot).findings()
    #expect(changes.filter { $0.rule.severity != .coverage }.isEmpty)
    #expect(changes.isEmpty == snapshot.coverage.filter(\.isHole).isEmpty)
  }

  @Test(arguments: variants)
  func isDeterministic(_ variant: [String]) throws {
    let old = try MiniKernel.snapshot(.x86_64)
    let new = try MiniKernel.snapshot(.x86_64, variant)
    let first = SnapshotComparison(old: old, new: new).findings()
    for _ in 0..<5 { #expect(SnapshotComparison(old: old, new: new).findings() == first) }
  }

  @Test(arguments: variants)
  func orderDoesNotMatter(_ variant: [String]) throws {
    let old = try MiniKernel.snapshot(.x86_64)
    let new = try MiniKernel.snapshot(.x86_64, variant)
    let changes = SnapshotComparison(old: old, new: new).findings()
    #expect(SnapshotComparison(old: old.reversed, new: new).findings() == changes)
    #expect(SnapshotComparison(old: old, new: new.reversed).findings() == changes)
  }

  /// What a file says is what was in memory.
  @Test(arguments: variants)
  func filesCompareLikeWhatTheyWereWrittenFrom(_ variant: [String]) throws {
    let old = try MiniKernel.snapshot(.s390x)
    let new = try MiniKernel.snapshot(.s390x, variant)
    let changes = SnapshotComparison(old: old, new: new).findings()
    let read = try Snapshot(json: Data(new.json.utf8), file: "new.json")
    #expect(SnapshotComparison(old: old, new: read).findings() == changes)
  }

  /// What differs over two steps differs in one of them, at the same place.
  @Test(arguments: variants, variants)
  func stepsExplainTheWhole(_ middle: [String], _ end: [String]) throws {
    let first = try MiniKernel.snapshot(.x86_64)
    let second = try MiniKernel.snapshot(.x86_64, middle)
    let third = try MiniKernel.snapshot(.x86_64, end)
    let steps =
      SnapshotComparison(old: first, new: second).findings()
      + SnapshotComparison(old: second, new: third).findings()
    let places = Set(steps.flatMap(\.changes).flatMap { [$0.context, $0.place] })
    for change in SnapshotComparison(old: first, new: third).findings() {
      #expect(change.changes.allSatisfy { places.contains($0.place) || places.contains($0.context) }, "\(change.id)")
    }
  }
}

extension Snapshot {
  /// The same with programs, contexts, rules and members of the kernel in the other order.
  fileprivate var reversed: Snapshot {
    var result = self
    result.programs.reverse()
    result.contexts.reverse()
    for index in result.contexts.indices { result.contexts[index].rules.reverse() }
    result.coverage.reverse()
    for key in result.kernel.members.keys { result.kernel.members[key]?.reverse() }
    return result
  }
}
