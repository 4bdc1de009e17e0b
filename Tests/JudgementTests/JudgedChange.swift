import Comparison
import ContextABI
import Testing

/// A change of a kernel, and what a maintainer would say of it.
struct JudgedChange: Sendable, CustomTestStringConvertible {
  /// What the patch does.
  let patch: String
  /// Why it is judged so: where in the kernel's source it stands, and what a program sees of it.
  let why: String
  let severity: Severity
  /// The rule that tells it, alone at that severity.
  let rule: String
  /// A part of the title, of a witness or of a change.
  var says: String?
  /// The build that is patched.
  var build = "6.12-amd64"
  /// What is edited before, where no baseline has the old state.
  var before: @Sendable (inout EditedBuild) throws -> Void = { _ in }
  let edit: @Sendable (inout EditedBuild) throws -> Void

  var testDescription: String { patch }
}

/// The tool says what a maintainer would say.
@Suite struct JudgedChangeTests {
  @Test func enough() {
    let changes = JudgedChanges.all
    #expect(changes.count >= 40)
    #expect(Set(changes.map(\.patch)).count == changes.count)
  }

  @Test(arguments: JudgedChanges.all) func agrees(_ change: JudgedChange) throws {
    var build = try EditedBuild(change.build)
    try change.before(&build)
    let old = build.snapshot
    try change.edit(&build)
    let findings = SnapshotComparison(old: old, new: build.snapshot).findings()
    let listing = findings.map { (finding: Finding) -> String in
      "\(finding.rule.severity) \(finding.id): \(finding.title)"
        + finding.changes.prefix(3).map { "\n    \($0.place) \($0.before ?? "") -> \($0.after ?? ""); \($0.witness ?? "")" }
        .joined()
    }.joined(separator: "\n")
    // What a new member of a structure is told beside it.
    let worst = findings.first?.rule.severity
    #expect(worst == change.severity, "\(change.why)\n\(listing)")
    #expect(
      findings.filter { $0.rule.severity == change.severity && $0.rule.id != "kernel-members-differ" }.map(\.rule.id)
        == [change.rule], "\(change.why)\n\(listing)")
    if let says = change.says { #expect(listing.contains(says), "\(change.why)\n\(listing)") }
  }
}
