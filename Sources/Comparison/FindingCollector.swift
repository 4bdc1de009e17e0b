import ContextABI

/// One thing that a comparison has seen, about one field, program or context.
struct Observation {
  let rule: Rule
  let context: String
  var field: String?
  /// The programs that it is about; none where it is about all.
  var programs: [String] = []
  /// The access that it is about.
  var access: AccessTable.Spot?
  var before: String?
  var after: String?
  var witness: String?
  var exposes: [String] = []
  var remark: String?
  /// How the finding is told.
  let title: Title
  /// What the finding says besides.
  var findingRemark: String?
  /// Observations of one rule and cause are one finding; by default those of one context alone.
  var cause: Cause
  /// The records of the ledger that it explains.
  var claims: [Difference] = []
  /// What tells the option of the configuration that decides, where one may.
  var option: OptionTrace?

  /// Kernel members that came or went, with a constant in their place or with the access to the field.
  struct OptionTrace {
    let kernelContext: String
    /// Paths of members of the side that has them.
    let members: [String]
    /// Whether it is the new side that lacks them.
    let isOff: Bool
  }

  enum Title: Hashable {
    /// The sentence, whatever it is about.
    case sentence(String)
    /// What is said of one field, and of several: `is gone`, `are gone`.
    case fields(one: String, many: String)
    /// What is said of things that have a noun of their own: `program type`, `program types`.
    case things(noun: String, plural: String, one: String, many: String)
    /// What an option of the configuration decides.
    case option(OptionTitle)
  }

  struct Cause: Hashable {
    /// The edit, apart from what it touches.
    let edit: String
    /// Whether what it touches in several contexts is one finding.
    let crossesContexts: Bool
    /// The field, where an edit like it to another field is another one.
    let field: String?

    init(_ edit: String, crossesContexts: Bool = false, field: String? = nil) {
      self.edit = edit
      self.crossesContexts = crossesContexts
      self.field = field
    }
  }
}

/// Puts observations together: those with one cause are one finding, those of one field a change of it.
struct FindingCollector {
  private var groups: [GroupKey: Group] = [:]

  private struct GroupKey: Hashable {
    let rule: String
    let context: String?
    let cause: Observation.Cause
  }

  private struct Group {
    let rule: Rule
    var titles: Set<Observation.Title> = []
    var remarks: Set<String> = []
    var changes: [ChangeKey: ChangeParts] = [:]
    var claims: Set<Difference> = []
  }

  private struct ChangeKey: Hashable {
    let context: String
    let field: String?
    let isStore: Bool
    let before: String?
    let after: String?
    let remark: String?
  }

  private struct ChangeParts {
    /// The programs of each access.
    var accesses: [AccessTable.Spot: Set<String>] = [:]
    /// The programs of what is about no access.
    var programs: Set<String> = []
    var witness: String?
    var exposes: Set<String> = []
  }

  mutating func add(_ observations: [Observation]) {
    for observation in observations { add(observation) }
  }

  mutating func add(_ seen: Observation) {
    let key = GroupKey(
      rule: seen.rule.id, context: seen.cause.crossesContexts ? nil : seen.context, cause: seen.cause)
    var group = groups.removeValue(forKey: key) ?? Group(rule: seen.rule)
    group.titles.insert(seen.title)
    if let remark = seen.findingRemark { group.remarks.insert(remark) }
    group.claims.formUnion(seen.claims)
    let changeKey = ChangeKey(
      context: seen.context, field: seen.field, isStore: seen.access?.kind.isWrite ?? false, before: seen.before,
      after: seen.after, remark: seen.remark)
    var parts = group.changes.removeValue(forKey: changeKey) ?? ChangeParts()
    if let access = seen.access {
      parts.accesses[access, default: []].formUnion(seen.programs)
    } else {
      parts.programs.formUnion(seen.programs)
    }
    parts.witness = Self.shortest(parts.witness, seen.witness)
    parts.exposes.formUnion(seen.exposes)
    group.changes[changeKey] = parts
    groups[key] = group
  }

  /// The shortest of two texts, whichever was seen first.
  private static func shortest(_ left: String?, _ right: String?) -> String? {
    guard let left, let right else { return left ?? right }
    return (left.utf8.count, left) <= (right.utf8.count, right) ? left : right
  }

  /// The findings, in no order.
  var findings: [Finding] {
    groups.map { key, group in
      let changes = Self.widest(group.changes.flatMap { Self.changes($0, $1) })
      var finding = Finding(
        group.rule, title: Self.title(group.titles, changes), changes: changes,
        remark: group.remarks.isEmpty ? nil : group.remarks.sorted().joined(separator: "; "), cause: key.cause.edit)
      finding.claims = group.claims
      return finding
    }
  }

  // MARK: - Changes

  /// A change for each set of programs that have the same accesses.
  private static func changes(_ key: ChangeKey, _ parts: ChangeParts) -> [Change] {
    func change(_ programs: Set<String>, _ accesses: [AccessTable.Spot]) -> Change {
      Change(
        context: key.context, field: key.field, programs: programs.sorted(), before: key.before, after: key.after,
        witness: parts.witness, accesses: accesses.sorted(by: AccessTable.Spot.inListing).map(\.text),
        exposes: parts.exposes.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }, remark: key.remark)
    }
    if parts.accesses.isEmpty { return [change(parts.programs, [])] }
    let bySet = Dictionary(grouping: parts.accesses.keys) { parts.accesses[$0] ?? [] }
    return bySet.map { change($0, $1) }
  }

  /// Of changes that tell of a whole field and of its parts, for the same programs and the same way of access, that of the
  /// widest access, with the accesses of all.
  private static func widest(_ changes: [Change]) -> [Change] {
    let groups = Dictionary(grouping: changes) { change in
      [change.context, change.field ?? "", change.isStore ? "store" : "", change.remark ?? ""] + change.programs
    }
    return groups.values.flatMap { group -> [Change] in
      guard group.count > 1, group.allSatisfy({ !$0.accesses.isEmpty }),
        let widest = group.max(by: { left, right in
          left.width != right.width
            ? left.width < right.width
            : (right.isSignExtending, right.before ?? "", right.after ?? "")
              < (left.isSignExtending, left.before ?? "", left.after ?? "")
        })
      else { return group }
      return [
        Change(
          context: widest.context, field: widest.field, programs: widest.programs, before: widest.before,
          after: widest.after, witness: widest.witness,
          accesses: Set(group.flatMap(\.accesses)).sorted(by: Change.accessOrder), exposes: widest.exposes,
          remark: widest.remark)
      ]
    }
  }

  // MARK: - Titles

  static func title(_ titles: Set<Observation.Title>, _ changes: [Change]) -> String {
    let places = Set(changes.map(\.place))
    func text(_ title: Observation.Title) -> String {
      switch title {
      case .sentence(let text): return text
      case .fields(let one, let many):
        if places.count == 1, let place = places.first { return "\(place) \(one)" }
        let fields = Set(changes.map { [$0.context, $0.field ?? ""] }).count
        return "\(fields) fields of \(contexts(changes)) \(many)"
      case .things(let noun, let plural, let one, let many):
        return places.count == 1 ? "\(noun) \(places.first ?? "") \(one)" : "\(places.count) \(plural) \(many)"
      case .option(let title): return title.text(changes)
      }
    }
    let texts = titles.map(text).sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
    return texts.first ?? ""
  }

  private static func contexts(_ changes: [Change]) -> String {
    let names = Set(changes.map(\.context)).sorted()
    return names.count <= 3
      ? names.joined(separator: ", ") : "\(names.count) contexts"
  }
}

extension Change {
  /// The size of the widest access in bytes.
  fileprivate var width: Int {
    accesses.compactMap { Int($0.split(separator: ":").last ?? "") }.max() ?? 0
  }

  /// 1 where it is about reads that extend the sign alone, else 0.
  fileprivate var isSignExtending: Int {
    accesses.allSatisfy { $0.hasPrefix(AccessKind.readSignExtending.rawValue + " ") } ? 1 : 0
  }

  /// `read 8:4` before `read 12:1` before `write 8:4`: by kind, then by offset and size as numbers.
  static func accessOrder(_ left: String, _ right: String) -> Bool {
    func parts(_ text: String) -> (Int, Int, Int) {
      let words = text.split(separator: " ")
      let kind = AccessKind(rawValue: String(words.first ?? "")).flatMap { AccessKind.allCases.firstIndex(of: $0) }
      let numbers = (words.last ?? "").split(separator: ":").map { Int($0) ?? 0 }
      return (kind ?? 0, numbers.first ?? 0, numbers.last ?? 0)
    }
    return parts(left) < parts(right)
  }
}
