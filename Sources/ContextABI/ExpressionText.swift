extension Expression: CustomStringConvertible {
  /// The expression in C, over unsigned 64-bit values.
  public var description: String { text(nested: false) }

  /// The expression in C as an operand: in parentheses where it is more than one word.
  public var operandText: String { text(nested: true) }

  /// - Parameter nested: the text becomes an operand, so what is more than one word gets parentheses.
  func text(nested: Bool) -> String {
    switch self {
    case .constant(let value): return Self.number(value)
    case .member(let member): return member.path
    case .value: return "value"
    case .register(let number): return "r\(number)"
    case .bits(let source, let low, let width): return bitsText(source, low, width, nested)
    case .joined(let parts): return joinedText(parts, nested)
    case .signExtended(let inner, let from):
      return Self.castWidths.contains(from)
        ? "(s\(from))\(inner.text(nested: true))"
        : "sign_extend(\(inner.text(nested: false)), \(from))"
    case .operation(let operation, let left, let right):
      let text =
        "\(left.text(nested: true)) \(operation.rawValue) \(right.text(nested: true))"
      return nested ? "(\(text))" : text
    }
  }

  static let castWidths: Set<Int> = [8, 16, 32]

  /// Numbers that stand for addresses and masks read better in hexadecimal.
  static func number(_ value: UInt64) -> String {
    value < 0x10000 ? "\(value)" : "0x\(String(value, radix: 16))"
  }

  private func bitsText(_ source: Expression, _ low: Int, _ width: Int, _ nested: Bool) -> String {
    let operand = source.text(nested: true)
    if low == 0, Self.castWidths.contains(width) { return "(u\(width))\(operand)" }
    let shifted = low == 0 ? operand : "\(operand) >> \(low)"
    if low + width == source.width { return nested ? "(\(shifted))" : shifted }
    if Self.castWidths.contains(width) { return "(u\(width))(\(shifted))" }
    let text = "\(low == 0 ? shifted : "(\(shifted))") & 0x\(String(Self.mask(width), radix: 16))"
    return nested ? "(\(text))" : text
  }

  private func joinedText(_ parts: [Part], _ nested: Bool) -> String {
    if let (source, mask) = Self.masked(parts) {
      let text = "\(source.text(nested: true)) & 0x\(String(mask, radix: 16))"
      return nested ? "(\(text))" : text
    }
    let texts = parts.map { part in
      let inner = part.expression.text(nested: parts.count > 1 || part.shift > 0)
      let shifted = part.shift == 0 ? inner : "\(inner) << \(part.shift)"
      return parts.count > 1 && part.shift > 0 ? "(\(shifted))" : shifted
    }
    let text = texts.joined(separator: " | ")
    return nested ? "(\(text))" : text
  }

  /// Parts that are bits of one expression, each where it is in that: `x & mask`.
  private static func masked(_ parts: [Part]) -> (Expression, UInt64)? {
    var source: Expression?
    var mask: UInt64 = 0
    for part in parts {
      guard case .bits(let inner, part.shift, _) = part.expression,
        source == nil || source == inner
      else { return nil }
      source = inner
      mask |= Self.mask(part.width) << UInt64(part.shift)
    }
    return source.map { ($0, mask) }
  }
}

extension Meaning: CustomStringConvertible {
  /// The meaning in C: an expression for a read, a statement for a store.
  public var description: String { tree.text(nested: false) }
}

extension Meaning.Tree {
  private var isRead: Bool { outcomes.contains { $0.result != nil } }

  /// The decision in C, in parentheses or braces where it is nested and more than one word.
  public func text(nested: Bool) -> String {
    switch self {
    case .outcome(let outcome): return outcome.text(nested: nested)
    case .branch:
      return isRead ? expressionText(nested: nested) : statementText(nested: nested)
    }
  }

  private func expressionText(nested: Bool) -> String {
    guard case .branch(let condition, let then, let otherwise) = self else {
      return text(nested: nested)
    }
    let (test, first, second) = Self.readable(condition, then, otherwise)
    let text = "\(test) ? \(first.text(nested: true)) : \(second.text(nested: true))"
    return nested ? "(\(text))" : text
  }

  private func statementText(nested: Bool) -> String {
    guard case .branch(let condition, let then, let otherwise) = self else {
      return text(nested: nested)
    }
    let (test, first, second) = Self.readable(condition, then, otherwise)
    let text = "if (\(test)) \(first.text(nested: true))"
    let whole = second.isEmpty ? text : "\(text) else \(second.text(nested: true))"
    return nested ? "{ \(whole) }" : whole
  }

  /// The test with the case first that says more: what is nothing or a constant stands second.
  private static func readable(
    _ condition: Meaning.Condition, _ then: Meaning.Tree, _ otherwise: Meaning.Tree
  ) -> (test: String, Meaning.Tree, Meaning.Tree) {
    var terms = [condition.text(negated: then.isTrivial && !otherwise.isTrivial)]
    var (first, second) = then.isTrivial && !otherwise.isTrivial ? (otherwise, then) : (then, otherwise)
    // a && b ? x : y for a ? (b ? x : y) : y
    while case .branch(let inner, let innerThen, let innerOtherwise) = first {
      if innerOtherwise == second {
        terms.append(inner.text(negated: false))
        first = innerThen
      } else if innerThen == second {
        terms.append(inner.text(negated: true))
        first = innerOtherwise
      } else {
        break
      }
    }
    return (terms.joined(separator: " && "), first, second)
  }

  private var isEmpty: Bool {
    if case .outcome(let outcome) = self { outcome.result == nil && outcome.effects.isEmpty } else { false }
  }

  /// Whether it is nothing, or a constant.
  public var isTrivial: Bool {
    guard case .outcome(let outcome) = self, outcome.effects.isEmpty else { return false }
    if case .constant? = outcome.result { return true }
    return outcome.result == nil
  }
}

extension Meaning.Outcome {
  func text(nested: Bool) -> String {
    let changes = effects.map(\.description)
    guard let result else {
      if changes.isEmpty { return "nothing" }
      return nested && changes.count > 1
        ? "{ \(changes.joined(separator: "; ")) }" : changes.joined(separator: "; ")
    }
    if changes.isEmpty { return result.text(nested: nested) }
    return "(\(([result.text(nested: false)] + changes).joined(separator: ", ")))"
  }
}

extension Meaning.Effect: CustomStringConvertible {
  /// An assignment. What is assigned is cut to the target's width, so a cast that says so is left out.
  public var description: String {
    let shown: Expression =
      if case .bits(let inner, 0, let width) = value, width == target.width { inner } else { value }
    return "\(target) = \(shown.text(nested: false))"
  }
}

extension Meaning.Effect.Target: CustomStringConvertible {
  public var description: String {
    switch self {
    case .member(let member): member.path
    case .bits(let member, let low, let width): "bits(\(member.path), \(low), \(width))"
    case .register(let number): "r\(number)"
    }
  }
}

extension Meaning.Condition {
  /// The condition, or its opposite, in C.
  public func text(negated: Bool) -> String {
    switch self {
    case .isNonzero(let value):
      negated ? "!\(value.text(nested: true))" : value.text(nested: true)
    case .equal(let left, let right): infix(left, negated ? "!=" : "==", right)
    case .less(.constant(let bound), let right):
      infix(right, negated ? "<=" : ">", .constant(bound))
    case .less(let left, let right): infix(left, negated ? ">=" : "<", right)
    case .signedLess(.constant(let bound), let right):
      infix(right, negated ? "s<=" : "s>", .constant(bound))
    case .signedLess(let left, let right): infix(left, negated ? "s>=" : "s<", right)
    }
  }

  private func infix(_ left: Expression, _ sign: String, _ right: Expression) -> String {
    "\(left.text(nested: true)) \(sign) \(right.text(nested: true))"
  }
}
