import ContextABI

/// The conditions under which the fields of a context follow a pointer, and the reads that do without the one that all others
/// have.
///
/// `tcp_sock(ctx->sk)` is a cast that holds only where `ctx->is_fullsock` is set: SOCK_OPS_GET_FIELD of net/core/filter.c tests
/// it, and what reads the socket without that macro has to test it as well.
struct GuardConvention {
  /// A read that lacks a condition.
  struct Missing: Hashable {
    /// The pointer that is followed: `tcp_sock(ctx->sk)`.
    let pointer: String
    /// The condition: `ctx->is_fullsock`.
    let condition: String
    /// How many fields have it.
    let siblings: Int
  }

  /// By the number of the rule in its context.
  let missing: [Int: Missing]

  /// So many fields make a convention; below that a difference is as likely to be meant.
  private static let fewestSiblings = 4

  init(_ context: Context, _ kernel: [String: NamedMember]) {
    // Of each pointer the fields that follow it, and the conditions under which all their ways to it lead.
    var uses: [String: [Int: Set<String>]] = [:]
    for (number, rule) in context.rules.enumerated() where rule.kinds.contains(.read) {
      var guards: [String: Set<String>] = [:]
      rule.meaning.tree.collectGuards([], kernel, &guards)
      for (pointer, conditions) in guards { uses[pointer, default: [:]][number] = conditions }
    }
    var missing: [Int: Missing] = [:]
    for (pointer, rules) in uses.sorted(by: { $0.key < $1.key }) {
      let conditions = Set(rules.values.flatMap(\.self))
      for condition in conditions.sorted() {
        let guarded = Set(rules.filter { $0.value.contains(condition) }.keys.map { context.rules[$0].field })
        let others = rules.filter { !$0.value.contains(condition) }.keys
        let unguarded = Set(others.map { context.rules[$0].field })
        guard guarded.count >= Self.fewestSiblings, !unguarded.isEmpty, unguarded.count * 4 <= guarded.count else { continue }
        for number in others where missing[number] == nil {
          missing[number] = Missing(pointer: pointer, condition: condition, siblings: guarded.count)
        }
      }
    }
    self.missing = missing
  }
}

extension Meaning.Tree {
  /// Adds to `guards`, by the pointer that is followed, the conditions that hold wherever it is.
  fileprivate func collectGuards(
    _ holding: Set<String>, _ kernel: [String: NamedMember], _ guards: inout [String: Set<String>]
  ) {
    func note(_ expression: Expression) {
      expression.forEachMember { member in
        guard let pointer = kernel[member.path]?.pointer, pointer != member.path else { return }
        // A test of the pointer itself is not what is looked for, but it is a condition as any other.
        guards[pointer] = guards[pointer].map { $0.intersection(holding) } ?? holding
      }
    }
    switch self {
    case .outcome(let outcome):
      if let result = outcome.result { note(result) }
      for effect in outcome.effects { note(effect.value) }
    case .branch(let condition, let then, let otherwise):
      condition.operands.forEach(note)
      then.collectGuards(holding.union([condition.text(negated: false)]), kernel, &guards)
      otherwise.collectGuards(holding.union([condition.text(negated: true)]), kernel, &guards)
    }
  }
}
