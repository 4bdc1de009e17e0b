import Comparison
import ContextABI
import Programs

/// The build that others are compared with: what programs were made for.
public final class MeaningReference {
  public let build: BuildRules
  private var findings: [ObjectIdentifier: [Finding]] = [:]

  public init(_ build: BuildRules) { self.build = build }

  /// What a program, which loads on both, sees differently on `other`; nil where it sees the same.
  func difference(of program: ProgramUses, _ judgements: [UseJudgement], on other: BuildRules) -> MeaningDifference? {
    let compared = ComparedUses(program, old: build, new: other)
    for entry in compared.entries where entry.old.outcome == .accepted && entry.new.outcome == .accepted {
      let one = compared.only(entry)
      for finding in findings(on: other) {
        guard let change = finding.changes.first(where: { $0.before != nil && one.uses(touchedBy: .init($0)) != nil }) else {
          continue
        }
        return MeaningDifference(judgement: entry.new, finding: finding, change: change)
      }
    }
    return nil
  }

  /// What differs for programs that load on both.
  private func findings(on other: BuildRules) -> [Finding] {
    let key = ObjectIdentifier(other)
    if let known = findings[key] { return known }
    let found = SnapshotComparison(old: build.snapshot, new: other.snapshot).findings().filter {
      [.breaking, .review].contains($0.rule.severity)
    }
    findings[key] = found
    return found
  }
}

/// An access that means something else than on the reference.
public struct MeaningDifference: Sendable {
  public let judgement: UseJudgement
  public let finding: Finding
  /// What the access means on both, and a witness.
  public let change: Change

  /// `__sk_buff.tstamp: …`
  var sentence: String {
    "\(judgement.field ?? change.place): \(finding.title) (was: \(change.before ?? "nothing"); is: \(change.after ?? "nothing"))"
  }
}
