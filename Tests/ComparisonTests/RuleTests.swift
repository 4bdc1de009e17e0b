import Comparison
import ContextABI
import KernelImage
import TestSupport
import Testing

/// Every rule finds what it is for, and nothing beside it; nothing else finds it.
@Suite struct RuleTests {
  /// The rules whose examples are changes of real kernels (JudgementTests), beside those of the miniature kernel.
  private static let ofRealKernels = [
    "field-redeclared", "fields-reordered", "access-state-changed", "kernel-context-changed", "kernel-members-differ",
    "byte-order-differs", "unexplained-difference", "depends-on-new-member", "guard-missing", "guard-corrected",
    "correction-lost", "option-off", "option-on", "coverage-remark", "pointer-removed", "pointer-added",
  ]

  @Test func everyRuleHasExamples() {
    let named = RuleExamples.all.map(\.rule)
    #expect((named + Self.ofRealKernels).sorted() == RuleCatalog.all.map(\.id).sorted())
    for examples in RuleExamples.all {
      #expect(examples.triggers.rules.contains(examples.rule), "\(examples.rule)")
      #expect(!examples.nearMiss.rules.contains(examples.rule), "\(examples.rule)")
    }
  }

  @Test(arguments: RuleExamples.all)
  func triggers(_ examples: RuleExamples) throws { try check(examples.triggers, examples.rule) }

  @Test(arguments: RuleExamples.all)
  func nearMisses(_ examples: RuleExamples) throws { try check(examples.nearMiss, examples.rule) }

  private func check(_ example: RuleExample, _ rule: String) throws {
    for architecture in [Architecture.x86_64, .s390x] {
      var old = try MiniKernel.snapshot(architecture, example.old)
      var new = try MiniKernel.snapshot(architecture, example.new)
      old.provenance.configuration = example.configurations[0].map { ConfigurationRecord(digest: "", options: $0) }
      new.provenance.configuration = example.configurations[1].map { ConfigurationRecord(digest: "", options: $0) }
      let changes = SnapshotComparison(old: old, new: new).findings()
      // Nearly every variant has other members behind its contexts.
      let found = Set(changes.map(\.rule.id)).subtracting(["kernel-members-differ"])
      let listing = changes.map { "\($0.id): \($0.title) \($0.changes.map(\.accesses))" }.joined(separator: "\n")
      let wanted = architecture.byteOrder == .big ? example.rules.union(example.onBigEndian) : example.rules
      #expect(found == wanted, "\(rule) on \(architecture), \(example.old) to \(example.new):\n\(listing)")
    }
  }
}
