import ContextABI

@testable import Comparison

/// Meanings by chance, over the members of `TinyWorld`; the same ones for a seed.
struct RandomMeanings {
  var random: SplitMix
  /// Operations that the solver finds hard for all inputs at once.
  var withDivision = true
  /// How deep a value's expression is.
  var depth = 3

  init(seed: UInt64) { random = SplitMix(seed: seed) }

  mutating func number(_ limit: Int) -> Int { Int(random.next() % UInt64(limit)) }

  mutating func constant() -> UInt64 {
    switch number(4) {
    case 0: UInt64(number(4))
    case 1: 1 << UInt64(number(64))
    case 2: (1 << UInt64(number(63))) - 1
    default: random.next()
    }
  }

  mutating func member() -> Expression.Member {
    let member = TinyWorld.members[number(TinyWorld.members.count)]
    return Expression.Member(path: member.path, width: member.width)
  }

  mutating func expression() -> Expression { expression(depth) }

  mutating func expression(_ depth: Int) -> Expression {
    if depth == 0 { return leaf() }
    switch number(6) {
    case 0: return leaf()
    case 1: return .bits(expression(depth - 1), low: number(64), width: 1 + number(64))
    case 2:
      let low = 1 + number(40)
      return .join([
        (.bits(expression(depth - 1), low: 0, width: low), 0, low),
        (.bits(expression(depth - 1), low: 0, width: 20), low, 20),
      ])
    case 3: return .signExtend(expression(depth - 1), from: [1, 8, 16, 32, 63][number(5)])
    default:
      let operators: [Expression.Operator] =
        withDivision ? Expression.Operator.allCases : [.add, .subtract, .and, .or, .xor]
      return .compute(operators[number(operators.count)], expression(depth - 1), expression(depth - 1))
    }
  }

  private mutating func leaf() -> Expression {
    switch number(8) {
    case 0: .constant(constant())
    case 1: .value
    case 2: .register(2 + number(2))
    default: .member(member())
    }
  }

  mutating func condition() -> Meaning.Condition {
    switch number(4) {
    case 0: .isNonzero(expression(1))
    case 1: .equal(expression(1), expression(1))
    case 2: .less(expression(1), expression(1))
    default: .signedLess(expression(1), expression(1))
    }
  }

  mutating func tree(isRead: Bool, _ depth: Int = 2) -> Meaning.Tree {
    if depth > 0, number(3) > 0 {
      return Meaning.branch(
        condition(), then: tree(isRead: isRead, depth - 1), otherwise: tree(isRead: isRead, depth - 1))
    }
    var effects: [Meaning.Effect] = []
    for _ in 0..<(isRead ? number(2) : 1 + number(2)) {
      let effect = Meaning.Effect(target: target(), value: expression(2))
      if !effects.contains(where: { $0.target == effect.target }) { effects.append(effect) }
    }
    return .outcome(.init(result: isRead ? expression() : nil, effects: effects))
  }

  private mutating func target() -> Meaning.Effect.Target {
    if number(5) == 0 { return .register(2 + number(2)) }
    let member = member()
    let low = number(member.width)
    return number(2) == 0 ? .member(member) : .bits(of: member, low: low, width: 1 + number(member.width - low))
  }
}
