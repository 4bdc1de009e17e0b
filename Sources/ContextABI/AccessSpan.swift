import ByteReading

/// A context without a structure as a row of elements of one width, which its accesses see as they are.
struct ElementRow {
  /// What leads to the row: `ctx`, `ctx->args`; of memory without a type the pointer.
  private let base: String
  /// Of an element, in bytes.
  private let size: Int
  /// Where element 0 stands, in bytes from the start of the context.
  private let origin: Int
  private let isTyped: Bool
  private let order: ByteOrder

  /// The row that the element `member` stands in; nil where its path names none.
  ///
  /// - Parameter offset: an offset in the element, in bytes from the start of the context.
  init?(of member: Expression.Member, at offset: Int, _ order: ByteOrder) {
    self.order = order
    size = member.width / 8
    guard [1, 2, 4, 8].contains(size), member.width == size * 8 else { return nil }
    let start = offset / size * size
    let path = member.path
    let opening = "*(u\(member.width) *)("
    let closing = " + \(start))"
    let index: Int
    if path.hasPrefix(opening), path.hasSuffix(closing), path.count > opening.count + closing.count {
      base = String(path.dropFirst(opening.count).dropLast(closing.count))
      index = start / size
      isTyped = false
    } else if path.hasSuffix("]"), let bracket = path.lastIndex(of: "["),
      let number = Int(path[path.index(after: bracket)...].dropLast()), (0...offset).contains(number)
    {
      base = String(path[..<bracket])
      index = number
      isTyped = true
    } else if path.hasPrefix("*"), !path.hasPrefix("*(") {
      base = String(path.dropFirst())
      index = 0
      isTyped = true
    } else {
      return nil
    }
    origin = start - index * size
    guard origin >= 0 else { return nil }
  }

  /// The number of the element that holds the byte at `offset`.
  func index(at offset: Int) -> Int { (offset - origin) / size }

  /// A part of an access that lies in one element.
  private struct Piece {
    let member: Expression.Member
    /// Which bits of the member, and which of the access's value.
    let low: Int
    let width: Int
    let shift: Int
  }

  /// What a read of `part` gives.
  func read(_ part: AccessRule.Part) -> Meaning {
    .read(
      .join(
        pieces(part).map { piece in
          (.bits(.member(piece.member), low: piece.low, width: piece.width), piece.shift, piece.width)
        }))
  }

  /// What a store to `part` changes.
  func store(_ part: AccessRule.Part) -> Meaning {
    let effects = pieces(part).map { piece in
      Meaning.Effect(
        target: piece.width == piece.member.width
          ? .member(piece.member) : .bits(of: piece.member, low: piece.low, width: piece.width),
        value: .bits(.value, low: piece.shift, width: piece.width))
    }
    return Meaning(.outcome(Meaning.Outcome(result: nil, effects: effects)))
  }

  private func pieces(_ part: AccessRule.Part) -> [Piece] {
    let end = part.offset + part.size
    let (first, last) = (index(at: part.offset), index(at: end - 1))
    guard isTyped, hasNamedNeighbours || first == last else {
      let member = Expression.Member(path: "*(u\(part.size * 8) *)(\(base) + \(part.offset))", width: part.size * 8)
      return [Piece(member: member, low: 0, width: member.width, shift: 0)]
    }
    return (first...last).map { index in
      let start = origin + index * size
      let bytes = max(start, part.offset)..<min(start + size, end)
      let isLittle = order == .little
      return Piece(
        member: Expression.Member(path: path(index), width: size * 8),
        low: 8 * (isLittle ? bytes.lowerBound - start : start + size - bytes.upperBound), width: 8 * bytes.count,
        shift: 8 * (isLittle ? bytes.lowerBound - part.offset : end - bytes.upperBound))
    }
  }

  /// An access across the elements of a structure's array consists of both; across numbers that a pointer leads to, it is
  /// memory without a type.
  private var hasNamedNeighbours: Bool { base.contains("->") }

  private func path(_ index: Int) -> String {
    index == 0 && !hasNamedNeighbours ? "*\(base)" : "\(base)[\(index)]"
  }
}

extension AccessRule {
  /// What an access of a rule with a span does.
  func spanMeaning(of kind: AccessKind, _ part: Part, _ order: ByteOrder) -> Meaning {
    // No snapshot is read or made with a span whose meaning is no element.
    guard let row = elementRow(order) else { return meaning }
    if kind.isWrite { return row.store(part) }
    guard kind == .readSignExtending else { return row.read(part) }
    return Meaning(row.read(part).tree.mapResults { .signExtend($0, from: part.size * 8) })
  }

  /// The elements that a rule with a span stands for; nil where its meaning is none of an element.
  func elementRow(_ order: ByteOrder) -> ElementRow? {
    guard case .outcome(let outcome) = meaning.tree else { return nil }
    if case .member(let member) = outcome.result, outcome.effects.isEmpty {
      return ElementRow(of: member, at: offset, order)
    }
    guard outcome.result == nil, outcome.effects.count == 1, case .member(let member) = outcome.effects[0].target
    else { return nil }
    return ElementRow(of: member, at: offset, order)
  }

  /// The name of the element that an offset lies in: `args[11]` of a rule whose field is `args[0]..args[11]`.
  public func elementName(at offset: Int) -> String {
    guard span != nil, let row = elementRow(.little), let bracket = field.firstIndex(of: "[") else { return field }
    return "\(field[..<bracket])[\(row.index(at: offset))]"
  }
}
