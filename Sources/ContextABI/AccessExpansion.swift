import ByteReading

extension AccessRule {
  /// Every aligned part of 1, 2, 4 or 8 bytes of the bytes `offset..<offset + size`, sorted; not these bytes themselves.
  public static func alignedParts(offset: Int, size: Int) -> [Part] {
    var result: [Part] = []
    for width in [1, 2, 4, 8] where width < size {
      for start in stride(from: 0, through: size - width, by: width) {
        result.append(Part(offset: offset + start, size: width))
      }
    }
    return result.sorted()
  }

  /// The accesses of kind `kind` that the rule stands for: the whole first, then the parts.
  public func accesses(of kind: AccessKind) -> [Part] {
    guard kinds.contains(kind) else { return [] }
    let whole = Part(offset: offset, size: size)
    let others: [Part] =
      switch parts {
      case .whole: []
      case .aligned: Self.alignedParts(offset: offset, size: size)
      case .listed(let parts): parts
      }
    let all = [whole] + others
    // A load of 8 bytes has no sign to extend.
    return kind == .readSignExtending && kinds.contains(.read) ? all.filter { $0.size < 8 } : all
  }

  /// What one of the rule's accesses does.
  public func meaning(of kind: AccessKind, _ part: Part, _ order: ByteOrder) -> Meaning {
    let isDerivedSign = kind == .readSignExtending && kinds.contains(.read)
    if part.offset == offset, part.size == size, !isDerivedSign { return meaning }
    let before = part.offset - offset
    let low = 8 * (order == .little ? before : size - before - part.size)
    let width = part.size * 8
    if kind.isWrite { return Meaning(meaning.tree.storingPart(low: low, width: width)) }
    return Meaning(
      meaning.tree.mapResults { whole in
        let cut = Expression.bits(whole, low: low, width: width)
        return isDerivedSign ? .signExtend(cut, from: width) : cut
      })
  }

  /// The order of rules in a snapshot: by place, then by what is done there.
  public static func inOrder(_ left: AccessRule, _ right: AccessRule) -> Bool {
    if (left.offset, -left.size) != (right.offset, -right.size) {
      return (left.offset, -left.size) < (right.offset, -right.size)
    }
    if left.kinds != right.kinds { return left.kinds.lexicographicallyPrecedes(right.kinds) }
    let leftText = left.orderingText
    let rightText = right.orderingText
    return leftText.utf8.lexicographicallyPrecedes(rightText.utf8)
  }

  private var orderingText: String {
    "\(programs) \(meaning) \(registerType) \(needsPrivilege) \(parts) \(deviations.map { "\($0.registers) \($0.meaning)" }) \(field)"
  }
}

extension Meaning.Tree {
  /// The store of the lower `width` bits of the value to the bits from `low` on of what a store of the whole value changes.
  fileprivate func storingPart(low: Int, width: Int) -> Meaning.Tree {
    guard case .outcome(let outcome) = self else { return self }
    var effects: [Meaning.Effect] = []
    for effect in outcome.effects {
      guard let stored = effect.value.storedBits, let member = effect.target.member else { return self }
      let start = max(stored.lowerBound, low)
      let end = min(stored.upperBound, low + width)
      guard start < end else { continue }
      let inTarget = effect.target.lowBit + start - stored.lowerBound
      let isWhole = inTarget == 0 && end - start == member.width
      effects.append(
        Meaning.Effect(
          target: isWhole ? .member(member) : .bits(of: member, low: inTarget, width: end - start),
          value: .bits(.value, low: start - low, width: end - start)))
    }
    return .outcome(Meaning.Outcome(result: nil, effects: effects))
  }
}

extension Expression {
  /// The bits of the value to store that the expression is, where it is nothing else.
  fileprivate var storedBits: Range<Int>? {
    switch self {
    case .value: 0..<64
    case .bits(.value, let low, let width): low..<low + width
    default: nil
    }
  }
}

extension Meaning.Effect.Target {
  fileprivate var lowBit: Int {
    if case .bits(_, let low, _) = self { low } else { 0 }
  }
}
