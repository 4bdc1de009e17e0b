import ContextABI

extension Meaning {
  /// Whether a register that the access does not name has another value afterwards.
  var changesRegisters: Bool {
    tree.outcomes.contains { $0.effects.contains { $0.target.register != nil } }
  }

  /// The meaning without registers that change, and without places where registers were kept (`ctx->tmp_reg = r9`).
  var withoutRegisters: Meaning { Meaning(tree.withoutRegisters) }
}

extension Meaning.Tree {
  fileprivate var withoutRegisters: Meaning.Tree {
    switch self {
    case .outcome(let outcome):
      let effects = outcome.effects.filter { effect in
        if case .register = effect.value { return false }
        return effect.target.register == nil
      }
      return .outcome(Meaning.Outcome(result: outcome.result, effects: effects))
    case .branch(let condition, let then, let otherwise):
      return Meaning.branch(condition, then: then.withoutRegisters, otherwise: otherwise.withoutRegisters)
    }
  }
}

extension Meaning.Effect.Target {
  /// The register that changes, nil for a member.
  var register: Int? { if case .register(let number) = self { number } else { nil } }
}
