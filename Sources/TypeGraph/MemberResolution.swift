/// A member that bits of an object belong to.
public struct ResolvedMember: Sendable {
  /// How the member is reached from the object: `vlan_tci`, `__sk_common.skc_daddr`, `data[3]`. Nil where the structure
  /// has no member at these bits.
  public let path: String?
  /// The member's first bit and width, in bits of the object (see `TypeNode.Member.bitOffset`).
  public let start: Int
  public let width: Int
  /// The bits that were asked for, as far as they lie in this member.
  public let range: Range<Int>
  /// The member's type; nil for padding and for several elements of an array.
  public let type: TypeID?
  /// Several whole elements of an array from this one on, taken as one number.
  public let isRun: Bool

  public init(
    path: String?, start: Int, width: Int, range: Range<Int>, type: TypeID?, isRun: Bool
  ) {
    self.path = path
    self.start = start
    self.width = width
    self.range = range
    self.type = type
    self.isRun = isRun
  }

  /// Whether the bits are all of the member.
  public var isWhole: Bool { range.lowerBound == start && range.count == width }
}

/// Finds the members that bits of a structure belong to.
///
/// Of union members at one place one is chosen, always the same for the same bits: the one that these bits are all of;
/// else the narrowest that holds them; else the ones that cover them with the fewest members; the first declared among
/// equals.
public struct MemberResolution {
  private let types: TypeGraph

  public init(types: TypeGraph) { self.types = types }

  /// How deep structures may nest; more is a loop in the debug information.
  private static let depthLimit = 32

  /// The members of `type` at the bits `range`, in the order of the bits, without gaps.
  public func members(of type: TypeID, at range: Range<Int>) throws(TypeError) -> [ResolvedMember] {
    try resolve(type, range, origin: 0, path: "", depth: 0)
  }

  private func resolve(
    _ type: TypeID, _ range: Range<Int>, origin: Int, path: String, depth: Int
  ) throws(TypeError) -> [ResolvedMember] {
    guard depth < Self.depthLimit else {
      throw .malformed("structures are nested more than \(Self.depthLimit) deep at \(path)")
    }
    switch try types.strippedNode(type) {
    case .composite(let composite) where composite.kind == .structure:
      return try structure(composite, range, origin, path, depth)
    case .composite(let composite): return try union(composite, range, origin, path, depth)
    case .array(let element, let count):
      return try array(element, count, range, origin, path, depth)
    default:
      guard let size = try types.byteSize(of: type), size > 0 else {
        return [padding(range)]
      }
      return [leaf(type, range, origin, size * 8, path)]
    }
  }

  private func padding(_ range: Range<Int>) -> ResolvedMember {
    ResolvedMember(
      path: nil, start: range.lowerBound, width: range.count, range: range, type: nil,
      isRun: false)
  }

  private func leaf(
    _ type: TypeID, _ range: Range<Int>, _ start: Int, _ width: Int, _ path: String
  ) -> ResolvedMember {
    ResolvedMember(
      path: path, start: start, width: width, range: range, type: type, isRun: false)
  }

  private func join(_ path: String, _ name: String) -> String {
    name.isEmpty ? path : path.isEmpty ? name : "\(path).\(name)"
  }

  /// A member's width in bits.
  private func width(of member: TypeNode.Member) throws(TypeError) -> Int {
    if let width = member.bitSize { return width }
    return (try types.byteSize(of: member.type) ?? 0) * 8
  }

  /// Whether `member`, the last of a structure, is an array that reaches to wherever the object ends.
  private func isFlexible(_ member: TypeNode.Member) throws(TypeError) -> Bool {
    if case .array(_, 0) = try types.strippedNode(member.type) { true } else { false }
  }

  private func resolveMember(
    _ member: TypeNode.Member, _ range: Range<Int>, _ origin: Int, _ path: String, _ depth: Int
  ) throws(TypeError) -> [ResolvedMember] {
    let start = origin + member.bitOffset
    let inner = join(path, member.name)
    if let width = member.bitSize { return [leaf(member.type, range, start, width, inner)] }
    return try resolve(member.type, range, origin: start, path: inner, depth: depth + 1)
  }

  private func structure(
    _ composite: TypeNode.Composite, _ range: Range<Int>, _ origin: Int, _ path: String, _ depth: Int
  ) throws(TypeError) -> [ResolvedMember] {
    var result: [ResolvedMember] = []
    var position = range.lowerBound
    for (index, member) in composite.members.enumerated() {
      let start = origin + member.bitOffset
      let isLast = index == composite.members.count - 1
      let isOpen = isLast ? try isFlexible(member) : false
      let end = isOpen ? Int.max : start + (try width(of: member))
      guard start < range.upperBound, end > position, end > start else { continue }
      if start > position { result.append(padding(position..<start)) }
      let covered = max(start, position)..<min(end, range.upperBound)
      result += try resolveMember(member, covered, origin, path, depth)
      position = covered.upperBound
    }
    if position < range.upperBound { result.append(padding(position..<range.upperBound)) }
    return result
  }

  private func union(
    _ composite: TypeNode.Composite, _ range: Range<Int>, _ origin: Int, _ path: String, _ depth: Int
  ) throws(TypeError) -> [ResolvedMember] {
    var best: (score: [Int], members: [ResolvedMember])?
    for member in composite.members {
      let start = origin + member.bitOffset
      let end = start + (try width(of: member))
      guard start <= range.lowerBound, end > range.lowerBound else { continue }
      let covered = range.lowerBound..<min(end, range.upperBound)
      var members = try resolveMember(member, covered, origin, path, depth)
      if covered.upperBound < range.upperBound {
        members.append(padding(covered.upperBound..<range.upperBound))
      }
      let score = self.score(members)
      if best.map({ score.lexicographicallyPrecedes($0.score) }) ?? true { best = (score, members) }
    }
    return best?.members ?? [padding(range)]
  }

  /// Lower is better.
  private func score(_ members: [ResolvedMember]) -> [Int] {
    let unnamed = members.reduce(0) { $0 + ($1.path == nil ? $1.range.count : 0) }
    let isOneWhole = members.count == 1 && members[0].isWhole && members[0].type != nil
    let width = members.reduce(0) { $0 + $1.width }
    return [unnamed, isOneWhole ? 0 : 1, members.count, width]
  }

  private func array(
    _ element: TypeID, _ count: Int, _ range: Range<Int>, _ origin: Int, _ path: String, _ depth: Int
  ) throws(TypeError) -> [ResolvedMember] {
    guard let size = try types.byteSize(of: element), size > 0, range.lowerBound >= origin else {
      return [padding(range)]
    }
    let width = size * 8
    let first = (range.lowerBound - origin) / width
    let last = (range.upperBound - 1 - origin) / width
    if first == last {
      return try resolve(
        element, range, origin: origin + first * width, path: "\(path)[\(first)]", depth: depth + 1)
    }
    // Whole elements of an array of numbers, as a wider load takes them.
    let isAligned = (range.lowerBound - origin) % width == 0 && range.count % width == 0
    if isAligned, [16, 32, 64].contains(range.count), try isScalar(element) {
      return [
        ResolvedMember(
          path: "\(path)[\(first)]", start: range.lowerBound, width: range.count, range: range,
          type: nil, isRun: true)
      ]
    }
    var result: [ResolvedMember] = []
    for index in first...min(last, first + 63) {
      let start = origin + index * width
      let part = max(start, range.lowerBound)..<min(start + width, range.upperBound)
      result += try resolve(
        element, part, origin: start, path: "\(path)[\(index)]", depth: depth + 1)
    }
    return result
  }

  private func isScalar(_ type: TypeID) throws(TypeError) -> Bool {
    switch try types.strippedNode(type) {
    case .integer, .enumeration, .pointer: true
    default: false
    }
  }
}
