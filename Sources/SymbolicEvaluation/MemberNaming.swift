import ByteReading
import ContextABI
import TypeGraph

/// Names the members that bits of memory belong to, for one kind of program.
final class MemberNaming {
  /// Whose context it is: what decides the types behind the context pointer.
  struct Root: Hashable {
    /// The type that the context pointer leads to.
    let type: TypeID
    /// How expressions name that pointer.
    let name: String
    let programType: String
    let attachName: String?
  }

  /// A structure in memory: how its members are reached, and its type.
  private struct Place {
    /// What stands before a member's path, the arrow or dot included; empty for a scalar.
    let prefix: String
    let pointer: String
    let type: TypeID?
  }

  let evaluator: SymbolicEvaluator
  private let types: TypeGraph
  private let resolution: MemberResolution
  private let root: Root
  /// The members that were named so far, by path.
  private(set) var members: [String: NamedMember] = [:]
  private var places: [SymbolicValue.ObjectID: Place] = [:]
  private var named: [SymbolicValue.Slice: Expression] = [:]

  init(_ evaluator: SymbolicEvaluator, _ types: TypeGraph, _ root: Root) {
    self.evaluator = evaluator
    self.types = types
    self.root = root
    resolution = MemberResolution(types: types)
  }

  // MARK: - Expressions

  /// The expression over named members that `value` is.
  func expression(_ value: SymbolicValue) throws(TypeError) -> Expression {
    try expression(value.slices)
  }

  func expression(_ slices: [SymbolicValue.Slice]) throws(TypeError) -> Expression {
    if let from = signExtension(slices) {
      return .signExtend(try expression(Array(slices.dropLast())), from: from)
    }
    var parts: [(expression: Expression, shift: Int, width: Int)] = []
    var shift = 0
    for slice in slices {
      parts.append((try expression(slice), shift, slice.width))
      shift += slice.width
    }
    return .join(parts)
  }

  /// Whether the last of `slices`, up to bit 64, repeats the bit before it: the width of what is extended.
  private func signExtension(_ slices: [SymbolicValue.Slice]) -> Int? {
    guard slices.count > 1, let last = slices.last, case .copies(let copied) = last.origin else {
      return nil
    }
    let lower = slices[slices.count - 2]
    let from = slices.dropLast().reduce(0) { $0 + $1.width }
    guard from + last.width == 64, lower.origin == copied.origin,
      lower.low + lower.width - 1 == copied.bit
    else { return nil }
    return from
  }

  private func expression(_ slice: SymbolicValue.Slice) throws(TypeError) -> Expression {
    if let known = named[slice] { return known }
    let result: Expression
    switch slice.origin {
    case .constant(let value): result = .constant(value)
    case .value: result = .bits(.value, low: slice.low, width: slice.width)
    case .register(let number):
      result = .bits(.register(Int(number)), low: slice.low, width: slice.width)
    case .context:
      let pointer = Expression.Member(path: root.name, width: 64)
      members[root.name] = NamedMember(
        path: root.name, width: 64, pointer: root.name, structure: nil, name: nil, bitOffset: 0,
        type: nil)
      result = .bits(.member(pointer), low: slice.low, width: slice.width)
    case .operation(let number):
      let operation = evaluator.operations[number.number]
      let whole = Expression.compute(
        operation.operation, try expression(operation.left), try expression(operation.right))
      result = .bits(whole, low: slice.low, width: slice.width)
    case .copies(let copied):
      let bit = try expression(
        SymbolicValue.Slice(origin: copied.origin, low: copied.bit, width: 1))
      result = .bits(.signExtend(bit, from: 1), low: 0, width: slice.width)
    case .memory(let object):
      result = .join(
        try pieces(of: object, slice).map { piece in
          (
            .bits(.member(piece.member), low: piece.low, width: piece.width), piece.shift,
            piece.width
          )
        })
    }
    named[slice] = result
    return result
  }

  /// A part of a stretch of memory that lies in one member.
  struct Piece {
    let member: Expression.Member
    /// Which bits of the member, from the least significant.
    let low: Int
    let width: Int
    /// Where in the stretch's value they stand.
    let shift: Int
  }

  /// The members that `slice` of `object` consists of.
  func pieces(
    of object: SymbolicValue.ObjectID, _ slice: SymbolicValue.Slice
  ) throws(TypeError) -> [Piece] {
    // Back from coordinates to bits of the object; see SymbolicMemory.original.
    let isLittle = evaluator.byteOrder == .little
    let start = isLittle ? slice.low : -(slice.low + slice.width)
    let place = try self.place(of: object)
    let range = start..<start + slice.width
    return try resolve(range, in: place, object).map { resolved in
      let member = resolved.member
      let bits = resolved.range
      return isLittle
        ? Piece(
          member: member, low: bits.lowerBound - resolved.start, width: bits.count,
          shift: bits.lowerBound - range.lowerBound)
        : Piece(
          member: member, low: resolved.start + member.width - bits.upperBound, width: bits.count,
          shift: range.upperBound - bits.upperBound)
    }
  }

  // MARK: - Places

  private func place(of object: SymbolicValue.ObjectID) throws(TypeError) -> Place {
    if let known = places[object] { return known }
    let place = try makePlace(evaluator.objects[object.number])
    places[object] = place
    return place
  }

  private func makePlace(_ pointer: SymbolicValue) throws(TypeError) -> Place {
    if pointer == .whole(.context) {
      return Place(prefix: "\(root.name)->", pointer: root.name, type: root.type)
    }
    let text = try expression(pointer).operandText
    if let structure = try sharedStructure(pointer) {
      let inner = try expression(pointer).description
      return Place(
        prefix: "\(structure.name)(\(inner))->", pointer: "\(structure.name)(\(inner))",
        type: structure.type)
    }
    guard let leaf = try pointerMember(pointer), let target = try types.pointee(leaf.type) else {
      return Place(prefix: "", pointer: text, type: nil)
    }
    if let owner = leaf.owner {
      for name in overlays(.pointee(of: owner, member: leaf.name)) {
        if let type = try types.composite(named: name) {
          return Place(prefix: "\(name)(\(text))->", pointer: "\(name)(\(text))", type: type)
        }
      }
    }
    return Place(prefix: "\(text)->", pointer: text, type: target)
  }

  private func overlays(_ place: Overlay.Place) -> [String] {
    Overlay.structures(at: place, programType: root.programType, attachName: root.attachName)
  }

  /// The member that all 64 bits of a pointer come from: its type, and the structure that declares it by that name.
  private func pointerMember(
    _ pointer: SymbolicValue
  ) throws(TypeError) -> (type: TypeID, owner: String?, name: String)? {
    guard pointer.slices.count == 1, case .memory(let object) = pointer.slices[0].origin,
      pointer.slices[0].width == 64
    else { return nil }
    let place = try self.place(of: object)
    let slice = pointer.slices[0]
    let start = evaluator.byteOrder == .little ? slice.low : -(slice.low + slice.width)
    let members = try resolve(start..<start + 64, in: place, object)
    guard members.count == 1, let type = members[0].type, members[0].member.width == 64 else {
      return nil
    }
    return (type, members[0].structure, members[0].name)
  }

  /// The structure behind a sum of two members, where the overlays know one.
  private func sharedStructure(
    _ pointer: SymbolicValue
  ) throws(TypeError) -> (name: String, type: TypeID)? {
    guard let operation = evaluator.wholeOperation(pointer), operation.operation == .add else {
      return nil
    }
    let operands = [operation.left, operation.right]
    var found: [(owner: String, name: String)] = []
    for operand in operands {
      guard let slice = operand.slices.first, case .memory(let object) = slice.origin else {
        return nil
      }
      let start = evaluator.byteOrder == .little ? slice.low : -(slice.low + slice.width)
      let members = try resolve(start..<start + slice.width, in: try place(of: object), object)
      guard members.count == 1, let owner = members[0].structure else { return nil }
      found.append((owner, members[0].name))
    }
    for (first, second) in [(0, 1), (1, 0)] where found[first].owner == found[second].owner {
      let place = Overlay.Place.sum(
        of: found[first].owner, pointer: found[first].name, offset: found[second].name)
      for name in overlays(place) {
        if let type = try types.composite(named: name) { return (name, type) }
      }
    }
    return nil
  }

  // MARK: - Members

  /// A resolved member with its whole path.
  private struct Resolved {
    let member: Expression.Member
    /// In bits of the object.
    let start: Int
    let range: Range<Int>
    let type: TypeID?
    /// The name of the structure that the object is, and the member's own path in it.
    let structure: String?
    let name: String
  }

  private func resolve(
    _ range: Range<Int>, in place: Place, _ object: SymbolicValue.ObjectID
  ) throws(TypeError) -> [Resolved] {
    guard let type = place.type, range.lowerBound >= 0 else { return [raw(range, place)] }
    guard let composite = try types.composite(type) else {
      return try resolveScalar(range, in: place, type)
    }
    // A pointer may lead to a longer structure than it says.
    if range.upperBound > composite.byteSize * 8 {
      for name in overlays(.extended(composite.name)) {
        if let longer = try types.composite(named: name) {
          let extended = Place(
            prefix: "\(name)(\(place.pointer))->", pointer: "\(name)(\(place.pointer))", type: longer)
          return try resolve(range, in: extended, object)
        }
      }
    }
    var result: [Resolved] = []
    for found in try resolution.members(of: type, at: range) {
      if let owner = try overlaid(found, in: place, composite) {
        result += owner
      } else {
        result.append(try resolved(found, place, try types.compositeName(type)))
      }
    }
    return result
  }

  private func resolved(
    _ found: ResolvedMember, _ place: Place, _ structure: String?
  ) throws(TypeError) -> Resolved {
    guard let path = found.path else {
      let member = Expression.Member(
        path: "padding(\(place.pointer) + \(found.start / 8), \(found.width))", width: found.width)
      return Resolved(
        member: note(member, place, structure, found, nil), start: found.start, range: found.range,
        type: nil, structure: structure, name: "")
    }
    let whole = found.isRun ? "*(u\(found.width) *)&\(place.prefix)\(path)" : place.prefix + path
    let member = Expression.Member(path: whole, width: found.width)
    return Resolved(
      member: note(member, place, structure, found, path), start: found.start, range: found.range,
      type: found.type, structure: structure, name: path)
  }

  /// The member of the structure that lies over the bytes of another member, if the overlays know one.
  private func overlaid(
    _ found: ResolvedMember, in place: Place, _ composite: TypeNode.Composite
  ) throws(TypeError) -> [Resolved]? {
    guard let path = found.path, let bracket = path.firstIndex(of: "["),
      case let name = String(path[..<bracket]),
      let base = try types.member(name, of: place.type ?? .void)
    else { return nil }
    let candidates = overlays(.bytes(of: composite.name, member: name))
    var inner = found.range
    inner = inner.lowerBound - base.bitOffset..<inner.upperBound - base.bitOffset
    for candidate in candidates {
      let words = candidate.split(separator: ".", maxSplits: 1).map(String.init)
      guard let structureName = words.first, let type = try types.composite(named: structureName),
        let structure = try types.composite(type), inner.upperBound <= structure.byteSize * 8
      else { continue }
      let members = try members(of: type, part: words.count > 1 ? words[1] : nil, at: inner)
      guard !members.isEmpty, members.allSatisfy({ $0.path != nil }) else { continue }
      let text = "\(structureName)(\(place.prefix)\(name))"
      let place = Place(prefix: "\(text)->", pointer: text, type: type)
      return try members.map { member throws(TypeError) in
        let inside = try resolved(member, place, structureName)
        return Resolved(
          member: inside.member, start: inside.start + base.bitOffset,
          range: inside.range.lowerBound + base.bitOffset..<inside.range.upperBound + base.bitOffset,
          type: inside.type, structure: structureName, name: inside.name)
      }
    }
    return nil
  }

  /// The members of a structure at these bits; where a part of it is named, those of that part. None where there is no such
  /// part, or where the bits are not in it.
  private func members(
    of type: TypeID, part: String?, at range: Range<Int>
  ) throws(TypeError) -> [ResolvedMember] {
    guard let part else { return try resolution.members(of: type, at: range) }
    guard let member = try types.member(part, of: type), let size = try types.byteSize(of: member.type),
      range.lowerBound >= member.bitOffset, range.upperBound <= member.bitOffset + size * 8
    else { return [] }
    let inner = range.lowerBound - member.bitOffset..<range.upperBound - member.bitOffset
    return try resolution.members(of: member.type, at: inner).map { found in
      ResolvedMember(
        path: found.path.map { "\(part).\($0)" }, start: found.start + member.bitOffset, width: found.width,
        range: found.range.lowerBound + member.bitOffset..<found.range.upperBound + member.bitOffset,
        type: found.type, isRun: found.isRun)
    }
  }

  /// What a pointer to numbers leads to: one number, or several in a row.
  private func resolveScalar(
    _ range: Range<Int>, in place: Place, _ type: TypeID
  ) throws(TypeError) -> [Resolved] {
    guard let size = try types.byteSize(of: type), size > 0 else { return [raw(range, place)] }
    let width = size * 8
    let index = range.lowerBound / width
    guard (range.upperBound - 1) / width == index else { return [raw(range, place)] }
    let member = Expression.Member(
      path: index == 0 ? "*\(place.pointer)" : "\(place.pointer)[\(index)]", width: width)
    let found = ResolvedMember(
      path: "", start: index * width, width: width, range: range, type: type, isRun: false)
    return [
      Resolved(
        member: note(member, place, nil, found, nil), start: index * width, range: range,
        type: type, structure: nil, name: "")
    ]
  }

  /// Memory without a type: it is said as it is.
  private func raw(_ range: Range<Int>, _ place: Place) -> Resolved {
    let byte = range.lowerBound >= 0 ? range.lowerBound / 8 : (range.lowerBound - 7) / 8
    let start = byte * 8
    let width = [8, 16, 32, 64].first { $0 >= range.upperBound - start } ?? 64
    let sign = byte < 0 ? "-" : "+"
    let member = Expression.Member(
      path: "*(u\(width) *)(\(place.pointer) \(sign) \(abs(byte)))", width: width)
    let found = ResolvedMember(
      path: nil, start: start, width: width, range: range, type: nil, isRun: false)
    return Resolved(
      member: note(member, place, nil, found, nil), start: start, range: range, type: nil,
      structure: nil, name: "")
  }

  private func note(
    _ member: Expression.Member, _ place: Place, _ structure: String?, _ found: ResolvedMember,
    _ name: String?
  ) -> Expression.Member {
    if members[member.path] == nil {
      let type = found.type.flatMap { try? types.spelling(of: $0) }
      members[member.path] = NamedMember(
        path: member.path, width: member.width, pointer: place.pointer, structure: structure,
        name: name, bitOffset: found.start, type: type ?? (found.isRun ? "u\(found.width)" : nil))
    }
    return member
  }
}
