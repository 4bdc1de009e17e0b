import ContextABI

/// Compares two snapshots.
public final class SnapshotComparison {
  let old: Snapshot
  let new: Snapshot
  private var collector = ChangeCollector()

  public init(old: Snapshot, new: Snapshot) {
    self.old = old
    self.new = new
  }

  /// Everything that differs, the worst first.
  public func changes() -> [Change] {
    collector = ChangeCollector()
    compareConfigurations()
    compareCoverage()
    compareKinds()
    let programs = ProgramComparison(old, new)
    collector.add(programs.changes)
    for context in old.contexts {
      guard let other = new.contexts.first(where: { $0.name == context.name }) else {
        if !programs.explainsLoss(of: context) {
          collector.add([Change(.structureRemoved, context: context.name, "the structure is gone")])
        }
        continue
      }
      compare(context, other, programs)
    }
    for context in new.contexts where !old.contexts.contains(where: { $0.name == context.name }) {
      var evidence = Change.Evidence()
      evidence.exposes = Self.exposures(of: context.rules)
      collector.add([
        Change(
          .structureAdded, context: context.name,
          "the structure is new: \(context.layout.size) bytes, \(context.layout.members.count) members",
          evidence: evidence)
      ])
    }
    collector.add(SoundnessComparison(old, new).changes)
    return collector.finished
  }

  // MARK: - One context

  private func compare(_ before: Context, _ after: Context, _ programs: ProgramComparison) {
    let oldTable = AccessTable(before, old.byteOrder)
    let newTable = AccessTable(after, new.byteOrder)
    let layout = LayoutComparison(before, after) {
      oldTable.behavesTheSame($0, as: $1, in: newTable)
    }
    collector.add(layout.changes)
    collector.add(layout.aliases())
    for member in layout.added where !layout.isAlias(member) {
      let rules = after.rules.filter {
        $0.offset * 8 >= member.bitOffset && $0.offset * 8 < member.bitOffset + member.bitSize
      }
      var evidence = Change.Evidence()
      evidence.after = LayoutComparison.declaration(member)
      evidence.exposes = Self.exposures(of: rules)
      evidence.remark = rules.isEmpty ? "no program may access it" : nil
      collector.add([
        Change(
          layout.claimsPadding(member) ? .paddingClaimed : .fieldAdded, context: after.name,
          field: member.name, programs: Set(rules.flatMap(\.programs)).sorted(),
          "\(member.name) is new", evidence: evidence)
      ])
    }
    let accesses = AccessComparison(old: oldTable, new: newTable, layout: layout, programs: programs, self)
    collector.add(accesses.changes())
  }

  /// The kernel members that rules read or write. A context without a structure (BPF_PROG_TYPE_SYSCALL's) is the caller's
  /// own memory: it exposes nothing.
  static func exposures(of rules: [AccessRule]) -> [String] {
    Set(rules.flatMap { rule in rule.meaning.members.map(\.path) }).filter { path in
      !path.hasPrefix("*ctx") && !path.hasPrefix("ctx[") && !(path.hasPrefix("*(") && path.contains(" *)(ctx + "))
    }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  // MARK: - The whole

  /// A kind of access that one of the kernels does not have for any context.
  private func compareKinds() {
    for kind in [AccessKind.readSignExtending, .writeImmediate] {
      let description = kind == .readSignExtending ? "reads that extend the sign" : "stores of immediates"
      switch (old.has(kind), new.has(kind)) {
      case (true, false):
        collector.add([
          Change(.accessKindRemoved, context: Change.everything, field: kind.rawValue, "\(description) are no longer accepted")
        ])
      case (false, true):
        collector.add([
          Change(.accessKindAdded, context: Change.everything, field: kind.rawValue, "\(description) are accepted now")
        ])
      default: break
      }
    }
  }

  private func compareConfigurations() {
    guard let before = old.provenance.configuration, let after = new.provenance.configuration else {
      return
    }
    for option in Set(before.options.keys).union(after.options.keys).sorted() {
      let (first, second) = (before.options[option] ?? "n", after.options[option] ?? "n")
      if first == second { continue }
      var evidence = Change.Evidence()
      evidence.before = first
      evidence.after = second
      collector.add([
        Change(
          .configurationDiffers, context: Change.configuration, field: option,
          "\(option) is \(second) instead of \(first)", evidence: evidence)
      ])
    }
  }

  private func compareCoverage() {
    for item in new.coverage where item.isHole {
      collector.add([Self.change(.coverageLost, item)])
    }
    for item in old.coverage where item.isHole && !new.coverage.contains(item) {
      collector.add([Self.change(.coverageGained, item)])
    }
  }

  private static func change(_ rule: Rule, _ item: CoverageItem) -> Change {
    var evidence = Change.Evidence()
    evidence.accesses = item.accesses
    return Change(
      rule, context: Change.coverage, field: item.kind.rawValue, programs: item.programs, item.reason,
      evidence: evidence)
  }
}

extension Snapshot {
  /// The accesses of a program of which nothing is known.
  func holes(of program: String) -> Set<String> {
    Set(coverage.filter { $0.isHole && $0.programs.contains(program) }.flatMap(\.accesses))
  }

  /// Whether any access is of this kind.
  func has(_ kind: AccessKind) -> Bool {
    contexts.contains { $0.rules.contains { $0.kinds.contains(kind) } }
  }
}

/// Puts changes together: those that are the same but for their programs and accesses are one.
struct ChangeCollector {
  private var changes: [Key: Change] = [:]

  private struct Key: Hashable {
    let rule: String
    let context: String
    let field: String?
    let summary: String
    let before: String?
    let after: String?
  }

  mutating func add(_ new: [Change]) {
    for change in new {
      let key = Key(
        rule: change.rule.id, context: change.context, field: change.field, summary: change.summary,
        before: change.evidence.before, after: change.evidence.after)
      guard let known = changes[key] else {
        changes[key] = change
        continue
      }
      var evidence = known.evidence
      evidence.accesses = Array(Set(evidence.accesses + change.evidence.accesses)).sorted(by: accessOrder)
      evidence.exposes = Set(evidence.exposes + change.evidence.exposes).sorted()
      evidence.witness = Self.first(evidence.witness, change.evidence.witness)
      evidence.remark = Self.fullest(evidence.remark, change.evidence.remark)
      evidence.cause = Self.first(evidence.cause, change.evidence.cause)
      changes[key] = Change(
        known.rule, context: known.context, field: known.field,
        programs: Set(known.programs + change.programs).sorted(), known.summary, evidence: evidence)
    }
  }

  /// The shortest of two texts, whichever was seen first.
  private static func first(_ left: String?, _ right: String?) -> String? {
    guard let left, let right else { return left ?? right }
    return (left.utf8.count, left) <= (right.utf8.count, right) ? left : right
  }

  /// The text that says the most, whichever was seen first.
  private static func fullest(_ left: String?, _ right: String?) -> String? {
    guard let left, let right else { return left ?? right }
    return (right.utf8.count, left) <= (left.utf8.count, right) ? left : right
  }

  /// All changes, in order. Where one cause matches several rules the highest severity stands, and names the others.
  var finished: [Change] {
    var result = Self.widest(Array(changes.values)).sorted(by: Change.inOrder)
    var causes: [Int: Set<String>] = [:]
    var explained: Set<Int> = []
    let places = Dictionary(grouping: result.indices) { "\(result[$0].context) \(result[$0].field ?? "")" }
    for indices in places.values {
      for index in indices {
        guard let cause = indices.first(where: { Consequences.of(result[$0].rule).contains(result[index].rule.id) })
        else { continue }
        explained.insert(index)
        causes[cause, default: []].insert(result[index].rule.id)
      }
    }
    for (index, rules) in causes { result[index].alsoMatched = rules.sorted() }
    return result.indices.filter { !explained.contains($0) }.map { result[$0] }
  }

  /// Of findings of one rule, field and programs that tell the same of a whole and of its parts, the one of the widest
  /// access, with the accesses of all.
  private static func widest(_ changes: [Change]) -> [Change] {
    var groups: [[String]: [Change]] = [:]
    for change in changes {
      let key = [change.rule.id, change.context, change.field ?? "", change.summary, change.programs.joined(separator: " ")]
      groups[key, default: []].append(change)
    }
    return groups.values.compactMap { group in
      guard
        var widest = group.max(by: {
          (width(of: $0), $1.evidence.before ?? "", $1.evidence.after ?? "")
            < (width(of: $1), $0.evidence.before ?? "", $0.evidence.after ?? "")
        })
      else { return nil }
      widest.evidence.accesses = Set(group.flatMap(\.evidence.accesses)).sorted(by: accessOrder)
      return widest
    }
  }

  /// The size of a change's widest access in bytes.
  private static func width(of change: Change) -> Int {
    change.evidence.accesses.compactMap { Int($0.split(separator: ":").last ?? "") }.max() ?? 0
  }

}

/// `read 8:4` before `read 12:1`: by kind, then by offset and size as numbers.
func accessOrder(_ left: String, _ right: String) -> Bool {
  func parts(_ text: String) -> (String, Int, Int) {
    let words = text.split(separator: " ")
    let numbers = (words.last ?? "").split(separator: ":").map { Int($0) ?? 0 }
    return (String(words.first ?? ""), numbers.first ?? 0, numbers.last ?? 0)
  }
  return parts(left) < parts(right)
}
