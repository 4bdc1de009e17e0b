import ContextABI

@testable import Comparison

/// Says the same in another way, by chance. Every rewriting here is sound by arithmetic or logic alone, and adds no access
/// that could fault.
struct Rewriting {
  var meanings: RandomMeanings

  private mutating func number(_ limit: Int) -> Int { meanings.number(limit) }

  // MARK: - Expressions

  mutating func rewrite(_ expression: Expression) -> Expression {
    // What stands inside first.
    let inner: Expression =
      switch expression {
      case .bits(let source, let low, let width): .bits(of: rewrite(source), low: low, width: width)
      case .joined(let parts):
        .joined(parts.map { .init(expression: rewrite($0.expression), shift: $0.shift, width: $0.width) })
      case .signExtended(let source, let from): .signExtended(rewrite(source), from: from)
      case .operation(let operation, let left, let right): .operation(operation, rewrite(left), rewrite(right))
      case .constant, .member, .value, .register: expression
      }
    return number(2) == 0 ? inner : other(inner)
  }

  private mutating func other(_ expression: Expression) -> Expression {
    let choice = number(3)
    switch expression {
    case .operation(.add, let a, let b) where choice == 0: return .operation(.subtract, a, negative(b))
    // Sum without carries, and the carries; not of 64 bits: sums of such sums are more than a second decides.
    case .operation(.add, let a, let b) where choice == 1 && max(a.width, b.width) <= 32:
      return .operation(.add, .operation(.xor, a, b), shifted(.operation(.and, a, b), 1))
    case .operation(.subtract, let a, let b) where choice == 0: return .operation(.add, a, negative(b))
    // Hacker's Delight, 2-2: a ^ b = (a | b) - (a & b), a | b = (a ^ b) + (a & b).
    case .operation(.xor, let a, let b) where choice < 2:
      return .operation(.subtract, .operation(.or, a, b), .operation(.and, a, b))
    case .operation(.or, let a, let b) where choice < 2:
      return .operation(.add, .operation(.xor, a, b), .operation(.and, a, b))
    case .operation(.and, let a, let b) where choice < 2: return inverted(.operation(.or, inverted(a), inverted(b)))
    case .bits(let source, let low, let width) where choice < 2:
      let mask: UInt64 = width >= 64 ? .max : (1 << UInt64(width)) - 1
      return .operation(.and, .operation(.shiftRight, source, .constant(UInt64(low))), .constant(mask))
    // The sign bit turned over, and its weight taken away.
    case .signExtended(let source, let from) where choice < 2 && from < 64:
      let sign: UInt64 = 1 << UInt64(from - 1)
      let low = Expression.operation(.and, source, .constant(sign | (sign - 1)))
      return .operation(.subtract, .operation(.xor, low, .constant(sign)), .constant(sign))
    // Sums that are cut in two and added to others are more than a second decides as well.
    case .operation(.add, _, _), .operation(.subtract, _, _): return inverted(inverted(expression))
    default: return choice == 0 ? inverted(inverted(expression)) : split(expression)
    }
  }

  private func negative(_ a: Expression) -> Expression { .operation(.subtract, .constant(0), a) }
  private func inverted(_ a: Expression) -> Expression { .operation(.xor, a, .constant(.max)) }
  private func shifted(_ a: Expression, _ count: UInt64) -> Expression { .operation(.shiftLeft, a, .constant(count)) }

  private mutating func split(_ expression: Expression) -> Expression {
    let low = 1 + number(62)
    return .joined([
      .init(expression: .bits(of: expression, low: 0, width: low), shift: 0, width: low),
      .init(expression: .bits(of: expression, low: low, width: 64 - low), shift: low, width: 64 - low),
    ])
  }

  // MARK: - Decisions

  mutating func rewrite(_ tree: Meaning.Tree) -> Meaning.Tree {
    switch tree {
    case .outcome(let outcome): return guarded(.outcome(rewrite(outcome)))
    case .branch(let first, .branch(let second, let a, let b), .branch(let third, let c, let d))
    where second == third && number(2) == 0:
      // Both are tested in any case, so their order is free.
      return .branch(
        second, then: .branch(first, then: rewrite(a), otherwise: rewrite(c)),
        otherwise: .branch(first, then: rewrite(b), otherwise: rewrite(d)))
    case .branch(let condition, let then, let otherwise):
      return guarded(branch(condition, rewrite(then), rewrite(otherwise)))
    }
  }

  private mutating func branch(
    _ condition: Meaning.Condition, _ then: Meaning.Tree, _ otherwise: Meaning.Tree
  ) -> Meaning.Tree {
    let sign = Expression.constant(1 << 63)
    switch condition {
    case .isNonzero(let value):
      return number(2) == 0
        ? .branch(.equal(rewrite(value), .constant(0)), then: otherwise, otherwise: then)
        : .branch(.less(.constant(0), rewrite(value)), then: then, otherwise: otherwise)
    case .equal(let a, let b):
      return .branch(.isNonzero(.operation(.xor, rewrite(a), rewrite(b))), then: otherwise, otherwise: then)
    case .less(let a, let b):
      return .branch(
        .equal(a, b), then: otherwise,
        otherwise: .branch(.less(rewrite(b), rewrite(a)), then: otherwise, otherwise: then))
    case .signedLess(let a, let b):
      return .branch(
        .less(.operation(.xor, rewrite(a), sign), .operation(.add, rewrite(b), sign)), then: then, otherwise: otherwise)
    }
  }

  /// A decision that decides nothing, and can't fault.
  private mutating func guarded(_ tree: Meaning.Tree) -> Meaning.Tree {
    guard number(4) == 0 else { return tree }
    let flag = Expression.member(.init(path: "ctx->flag", width: 1))
    return .branch(.isNonzero(flag), then: tree, otherwise: tree)
  }

  private mutating func rewrite(_ outcome: Meaning.Outcome) -> Meaning.Outcome {
    let effects = outcome.effects.flatMap { effect -> [Meaning.Effect] in
      let value = rewrite(effect.value)
      let width = effect.target.width
      // A member that no other target is part of can be stored in two parts.
      guard case .member(let member) = effect.target, width > 1, number(2) == 0,
        !outcome.effects.contains(where: { $0.target != effect.target && $0.target.member == member })
      else { return [Meaning.Effect(target: effect.target, value: value)] }
      let low = 1 + number(width - 1)
      return [
        Meaning.Effect(target: .bits(of: member, low: 0, width: low), value: .bits(of: value, low: 0, width: low)),
        Meaning.Effect(
          target: .bits(of: member, low: low, width: width - low),
          value: .bits(of: value, low: low, width: width - low)),
      ]
    }
    return .init(result: outcome.result.map { rewrite($0) }, effects: effects)
  }

  // MARK: - One input among many

  /// The same meaning, but for one value of `subject`: there its outcomes are others.
  ///
  /// The value stands nowhere in the text: what is compared is the subject after steps that can be undone.
  mutating func differentAt(_ value: UInt64, of subject: Expression, _ tree: Meaning.Tree) -> Meaning.Tree {
    let (mixed, added, factor) = (meanings.random.next(), meanings.random.next(), meanings.random.next() | 1)
    let test = Expression.operation(
      .add, .operation(.multiply, .operation(.xor, subject, .constant(mixed)), .constant(factor)), .constant(added))
    let wanted = (value ^ mixed) &* factor &+ added
    return .branch(.equal(test, .constant(wanted)), then: Self.changed(tree), otherwise: tree)
  }

  private static func changed(_ tree: Meaning.Tree) -> Meaning.Tree {
    switch tree {
    case .branch(let condition, let then, let otherwise):
      return .branch(condition, then: changed(then), otherwise: changed(otherwise))
    case .outcome(let outcome):
      if let result = outcome.result {
        return .outcome(.init(result: .operation(.xor, result, .constant(1 << 40)), effects: outcome.effects))
      }
      let more = Meaning.Effect(target: .register(5), value: .operation(.xor, .register(5), .constant(1)))
      return .outcome(.init(result: nil, effects: outcome.effects + [more]))
    }
  }
}
