import ByteReading
import ContextABI

extension Meaning {
  /// The meaning in the other byte order: every kernel member and the value that is read or stored taken by its bytes in
  /// memory, so that it can be compared with a meaning of a build of that order. Nil where bits of a member are used that are no
  /// bytes of it.
  ///
  /// Members in network order have the same bytes on every machine, numbers have the same value: a read that gives the same
  /// of either is the same.
  ///
  /// - Parameter size: the size of the access in bytes.
  func inOtherByteOrder(size: Int) -> Meaning? {
    tree.inOtherByteOrder(bits: size * 8).map(Meaning.init)
  }
}

extension Meaning.Tree {
  fileprivate func inOtherByteOrder(bits: Int) -> Meaning.Tree? {
    switch self {
    case .outcome(let outcome):
      var result: Expression?
      if let expression = outcome.result {
        guard let swapped = expression.swappingMembers(valueBits: bits) else { return nil }
        result = Expression.bits(swapped, low: 0, width: bits).swapped(bits: bits)
      }
      var effects: [Meaning.Effect] = []
      for effect in outcome.effects {
        guard let swapped = effect.inOtherByteOrder(bits: bits) else { return nil }
        effects.append(swapped)
      }
      return .outcome(Meaning.Outcome(result: result, effects: effects))
    case .branch(let condition, let then, let otherwise):
      guard let condition = condition.inOtherByteOrder(bits: bits), let then = then.inOtherByteOrder(bits: bits),
        let otherwise = otherwise.inOtherByteOrder(bits: bits)
      else { return nil }
      return Meaning.branch(condition, then: then, otherwise: otherwise)
    }
  }
}

extension Meaning.Effect {
  fileprivate func inOtherByteOrder(bits: Int) -> Meaning.Effect? {
    guard let value = value.swappingMembers(valueBits: bits) else { return nil }
    switch target {
    case .register: return Meaning.Effect(target: target, value: value)
    case .member(let member):
      return member.isBytes ? Meaning.Effect(target: target, value: value.swapped(bits: member.width)) : self
    case .bits(let member, let low, let width):
      guard member.isBytes else { return self }
      guard low % 8 == 0, width % 8 == 0 else { return nil }
      return Meaning.Effect(
        target: .bits(of: member, low: member.width - low - width, width: width), value: value.swapped(bits: width))
    }
  }
}

extension Meaning.Condition {
  fileprivate func inOtherByteOrder(bits: Int) -> Meaning.Condition? {
    switch self {
    // The order of its bytes does not make a number 0.
    case .isNonzero(.member): return self
    case .isNonzero(let value): return value.swappingMembers(valueBits: bits).map { .isNonzero($0) }
    case .equal(let a, let b): return Self.pair(a, b, bits).map { .equal($0, $1) }
    case .less(let a, let b): return Self.pair(a, b, bits).map { .less($0, $1) }
    case .signedLess(let a, let b): return Self.pair(a, b, bits).map { .signedLess($0, $1) }
    }
  }

  private static func pair(_ a: Expression, _ b: Expression, _ bits: Int) -> (Expression, Expression)? {
    guard let first = a.swappingMembers(valueBits: bits), let second = b.swappingMembers(valueBits: bits) else {
      return nil
    }
    return (first, second)
  }
}

extension Expression.Member {
  /// Whether it consists of bytes; a bit-field has the same number in either order.
  fileprivate var isBytes: Bool { width % 8 == 0 && width > 8 }
}

extension Expression {
  /// The lower `bits` bits with their bytes in the other order.
  fileprivate func swapped(bits: Int) -> Expression {
    guard bits > 8, bits % 8 == 0 else { return self }
    return .join(
      (0..<bits / 8).map { byte in (.bits(self, low: 8 * byte, width: 8), bits - 8 - 8 * byte, 8) })
  }

  /// The same with every member, and the value to store, taken by its bytes.
  fileprivate func swappingMembers(valueBits: Int) -> Expression? {
    switch self {
    case .constant, .register: return self
    case .value: return Expression.bits(.value, low: 0, width: valueBits).swapped(bits: valueBits)
    case .member(let member): return member.isBytes ? swapped(bits: member.width) : self
    case .bits(let source, let low, let width):
      return source.swappingMembers(valueBits: valueBits).map { .bits($0, low: low, width: width) }
    case .joined(let parts):
      var swapped: [(expression: Expression, shift: Int, width: Int)] = []
      for part in parts {
        guard let expression = part.expression.swappingMembers(valueBits: valueBits) else { return nil }
        swapped.append((expression, part.shift, part.width))
      }
      return .join(swapped)
    case .signExtended(let inner, let from):
      return inner.swappingMembers(valueBits: valueBits).map { .signExtend($0, from: from) }
    case .operation(let operation, let left, let right):
      guard let a = left.swappingMembers(valueBits: valueBits), let b = right.swappingMembers(valueBits: valueBits) else {
        return nil
      }
      return .compute(operation, a, b)
    }
  }
}
