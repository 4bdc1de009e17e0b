import ByteReading

/// The types of a kernel build, from whichever debug information it has.
///
/// Types are read when they are asked for, and kept.
public final class TypeGraph {
  /// The reader behind the graph.
  public let source: any TypeSource
  private var nodes: [TypeID: TypeNode] = [:]

  public init(_ source: any TypeSource) { self.source = source }

  /// How many typedefs or qualifiers may stand between a name and its type; more is a loop.
  static let chainLimit = 64

  /// The type `type`, one step deep.
  public func node(_ type: TypeID) throws(TypeError) -> TypeNode {
    if let known = nodes[type] { return known }
    let node = try source.node(type)
    nodes[type] = node
    return node
  }

  /// `type` without its typedefs and qualifiers.
  public func stripped(_ type: TypeID) throws(TypeError) -> TypeID {
    var current = type
    for _ in 0..<Self.chainLimit {
      switch try node(current) {
      case .alias(_, let target), .qualified(_, let target): current = target
      default: return current
      }
    }
    throw .malformed("\(source.format): the typedefs of type \(type.number) form a loop")
  }

  /// The node of `type` without its typedefs and qualifiers. What is only declared there is completed by name.
  public func strippedNode(_ type: TypeID) throws(TypeError) -> TypeNode {
    let found = try node(try stripped(type))
    if case .declaration(_, let name) = found, !name.isEmpty, let complete = try composite(named: name) {
      return try node(complete)
    }
    return found
  }

  /// The first complete structure or union of this name, or of the typedef of this name.
  public func composite(named name: String) throws(TypeError) -> TypeID? {
    for found in try source.types(named: name, in: [.composite, .alias]) {
      let type = try stripped(found)
      if case .composite = try node(type) { return type }
    }
    return nil
  }

  /// The name of the structure or union that `type` is; of one without a name, that of its typedef.
  public func compositeName(_ type: TypeID) throws(TypeError) -> String? {
    guard let composite = try composite(type) else { return nil }
    if !composite.name.isEmpty { return composite.name }
    var current = type
    for _ in 0..<Self.chainLimit {
      switch try node(current) {
      case .alias(let name, _): return name
      case .qualified(_, let target): current = target
      default: return nil
      }
    }
    return nil
  }

  /// The structure or union that `type` is, its typedefs and qualifiers passed over.
  public func composite(_ type: TypeID) throws(TypeError) -> TypeNode.Composite? {
    guard case .composite(let composite) = try strippedNode(type) else { return nil }
    return composite
  }

  /// What `type` points to, or nil when it is no pointer.
  public func pointee(_ type: TypeID) throws(TypeError) -> TypeID? {
    guard case .pointer(let target) = try strippedNode(type) else { return nil }
    return target
  }

  /// The enumerators of the first enumeration of this name.
  public func enumerators(of name: String) throws(TypeError) -> [TypeNode.Enumerator]? {
    guard let type = try source.types(named: name, in: [.enumeration]).first,
      case .enumeration(let enumeration) = try node(type)
    else { return nil }
    return enumeration.enumerators
  }

  /// A type's size in bytes; nil for one that has none (`void`, a function, a type that is only declared).
  public func byteSize(of type: TypeID, depth: Int = 0) throws(TypeError) -> Int? {
    guard depth < Self.chainLimit else {
      throw .malformed("\(source.format): type \(type.number) contains itself")
    }
    switch try strippedNode(type) {
    case .integer(let integer): return integer.byteSize
    case .floatingPoint(_, let size): return size
    case .pointer: return 8
    case .array(let element, let count):
      guard let size = try byteSize(of: element, depth: depth + 1) else { return nil }
      let (product, overflow) = size.multipliedReportingOverflow(by: count)
      guard !overflow else { throw .malformed("\(source.format): array \(type.number) is too large") }
      return product
    case .composite(let composite): return composite.byteSize
    case .enumeration(let enumeration): return enumeration.byteSize
    case .void, .alias, .qualified, .function, .declaration, .other: return nil
    }
  }

  /// A member, found by name in a structure or in the anonymous structures and unions inside it.
  public struct FoundMember: Sendable, Hashable {
    public let type: TypeID
    /// In bits from the start of the structure that was searched; see `TypeNode.Member.bitOffset`.
    public let bitOffset: Int
    /// A bit-field's width in bits.
    public let bitSize: Int?

    /// In bytes from the start of the structure; of a bit-field, the byte that it starts in.
    public var byteOffset: Int { bitOffset / 8 }
  }

  /// The member `name` of the structure or union `type`.
  public func member(
    _ name: String, of type: TypeID, depth: Int = 0
  ) throws(TypeError) -> FoundMember? {
    guard depth < Self.chainLimit, let composite = try composite(type) else { return nil }
    for member in composite.members {
      if member.name == name {
        return FoundMember(type: member.type, bitOffset: member.bitOffset, bitSize: member.bitSize)
      }
      if member.name.isEmpty, let inner = try self.member(name, of: member.type, depth: depth + 1) {
        return FoundMember(
          type: inner.type, bitOffset: member.bitOffset + inner.bitOffset, bitSize: inner.bitSize)
      }
    }
    return nil
  }
}
