import ContextABI

/// The edit that turned one meaning into another, as far as it can be told apart from the fields that it was made to.
enum MeaningEdit: Hashable, Sendable {
  /// The same outcomes, decided by another condition.
  case guardReplaced(old: String, new: String)
  /// What was done in any case is done under a condition alone; `otherwise` is what is done else.
  case guardAdded(String, otherwise: String)
  case guardDropped(String)
  /// A read gives this constant.
  case constant(UInt64)
  /// Other kernel members are read or written: these instead of those.
  case members(old: [String], new: [String])
  /// The same members, computed with in another way.
  case computation

  /// The edit that leads from `old` to `new`.
  init(_ old: Meaning, _ new: Meaning) {
    if let value = new.plainConstant, old.plainConstant == nil {
      self = .constant(value)
    } else {
      self = Self.guards(old.tree, new.tree) ?? Self.members(old, new) ?? .computation
    }
  }

  private static func members(_ old: Meaning, _ new: Meaning) -> MeaningEdit? {
    let (before, after) = (Set(old.members.map(\.path)), Set(new.members.map(\.path)))
    if before == after { return nil }
    return .members(old: before.subtracting(after).sorted(), new: after.subtracting(before).sorted())
  }

  /// The edit of a condition; nil where anything else differs.
  private static func guards(_ old: Meaning.Tree, _ new: Meaning.Tree) -> MeaningEdit? {
    if case .branch(let condition, let then, let otherwise) = new {
      if then == old { return .guardAdded(condition.text(negated: false), otherwise: otherwise.text(nested: true)) }
      if otherwise == old { return .guardAdded(condition.text(negated: true), otherwise: then.text(nested: true)) }
    }
    guard case .branch(let condition, let then, let otherwise) = old else { return nil }
    if then == new { return .guardDropped(condition.text(negated: false)) }
    if otherwise == new { return .guardDropped(condition.text(negated: true)) }
    guard case .branch(let newCondition, let newThen, let newOtherwise) = new else { return nil }
    if condition == newCondition {
      if otherwise == newOtherwise { return guards(then, newThen) }
      if then == newThen { return guards(otherwise, newOtherwise) }
      return nil
    }
    if (then, otherwise) == (newThen, newOtherwise) {
      let isNegated = then.isTrivial && !otherwise.isTrivial
      return .guardReplaced(
        old: condition.text(negated: isNegated), new: newCondition.text(negated: isNegated))
    }
    if (then, otherwise) == (newOtherwise, newThen) {
      return .guardReplaced(old: condition.text(negated: false), new: newCondition.text(negated: true))
    }
    return nil
  }

  /// What is said of one field, and of many: `is guarded by a instead of b`.
  ///
  /// - Parameter isStore: the edit is of stores.
  func verbs(isStore: Bool) -> (one: String, many: String) {
    func be(_ predicate: String) -> (String, String) { ("is \(predicate)", "are \(predicate)") }
    switch self {
    case .guardReplaced(let old, let new): return be("guarded by \(new) instead of \(old)")
    case .guardAdded(let condition, let otherwise):
      if isStore { return be(otherwise == "nothing" ? "written only if \(condition)" : "written otherwise unless \(condition)") }
      return be("\(otherwise) unless \(condition)")
    case .guardDropped(let condition): return be("no longer guarded by \(condition)")
    case .constant(let value): return be("always \(value)")
    case .members(let old, let new):
      switch (old.isEmpty, new.isEmpty) {
      case (false, false): return be("\(isStore ? "written to" : "computed from") \(Self.list(new)) instead of \(Self.list(old))")
      case (true, _): return be("computed from \(Self.list(new)) as well")
      case (_, true): return be("no longer computed from \(Self.list(old))")
      }
    case .computation:
      return isStore
        ? ("has another effect when stored to", "have another effect when stored to")
        : ("means something else", "mean something else")
    }
  }

  private static func list(_ names: [String]) -> String { names.joined(separator: ", ") }

  /// What several edits of one field have in common: the members that come and go.
  static func members(of edits: [MeaningEdit]) -> MeaningEdit? {
    guard edits.count > 1 else { return edits.first }
    var (old, new): (Set<String>, Set<String>) = ([], [])
    for case .members(let gone, let added) in edits {
      old.formUnion(gone)
      new.formUnion(added)
    }
    return old.isEmpty && new.isEmpty ? .computation : .members(old: old.sorted(), new: new.sorted())
  }
}

extension Meaning {
  /// The constant that a read always gives.
  var plainConstant: UInt64? {
    guard case .outcome(let outcome) = tree, outcome.effects.isEmpty, case .constant(let value)? = outcome.result
    else { return nil }
    return value
  }
}
