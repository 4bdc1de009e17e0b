extension Expression {
  /// The same expression with other constants.
  public func mapConstants(_ change: (UInt64) -> UInt64) -> Expression {
    switch self {
    case .constant(let value): .constant(change(value))
    case .member, .value, .register: self
    case .bits(let source, let low, let width):
      .bits(source.mapConstants(change), low: low, width: width)
    case .joined(let parts):
      .join(parts.map { ($0.expression.mapConstants(change), $0.shift, $0.width) })
    case .signExtended(let inner, let from): .signExtend(inner.mapConstants(change), from: from)
    case .operation(let operation, let left, let right):
      .compute(operation, left.mapConstants(change), right.mapConstants(change))
    }
  }
}

extension Meaning.Condition {
  fileprivate func mapConstants(_ change: (UInt64) -> UInt64) -> Meaning.Condition {
    switch self {
    case .isNonzero(let value): .isNonzero(value.mapConstants(change))
    case .equal(let a, let b): .equal(a.mapConstants(change), b.mapConstants(change))
    case .less(let a, let b): .less(a.mapConstants(change), b.mapConstants(change))
    case .signedLess(let a, let b): .signedLess(a.mapConstants(change), b.mapConstants(change))
    }
  }
}

extension Meaning.Tree {
  /// The same meaning with other constants.
  public func mapConstants(_ change: (UInt64) -> UInt64) -> Meaning.Tree {
    switch self {
    case .outcome(let outcome):
      .outcome(
        Meaning.Outcome(
          result: outcome.result?.mapConstants(change),
          effects: outcome.effects.map {
            Meaning.Effect(target: $0.target, value: $0.value.mapConstants(change))
          }))
    case .branch(let condition, let then, let otherwise):
      Meaning.branch(
        condition.mapConstants(change), then: then.mapConstants(change),
        otherwise: otherwise.mapConstants(change))
    }
  }
}
