/// A type of a type graph. Valid only for the graph that gave it.
public struct TypeID: Hashable, Sendable, Comparable {
  /// A BTF type id, or an index that the DWARF reader gave out. 0 is `void` in both.
  public let number: UInt32

  public init(_ number: UInt32) { self.number = number }

  /// `void`.
  public static let void = TypeID(0)

  public static func < (left: TypeID, right: TypeID) -> Bool { left.number < right.number }
}

/// What a type is, one step deep: the types that it refers to are named by their ids.
public enum TypeNode: Sendable {
  case void
  case integer(Integer)
  case floatingPoint(name: String, byteSize: Int)
  case pointer(to: TypeID)
  /// An array; `count` is 0 for one of unknown or no length. An array of arrays is an array whose elements are arrays.
  case array(of: TypeID, count: Int)
  case composite(Composite)
  case enumeration(Enumeration)
  /// A `typedef`.
  case alias(name: String, of: TypeID)
  /// `const`, `volatile`, `restrict`, `_Atomic` and BTF's type tags: the same values.
  case qualified(String, TypeID)
  case function(Function)
  /// A structure or union of which only the name is known.
  case declaration(Composite.Kind, name: String)
  /// Something that no context structure is made of.
  case other(String)

  /// An integer, character or truth value.
  public struct Integer: Sendable, Hashable {
    public let name: String
    /// In bytes.
    public let byteSize: Int
    public let isSigned: Bool
    public let isBoolean: Bool

    public init(name: String, byteSize: Int, isSigned: Bool, isBoolean: Bool) {
      self.name = name
      self.byteSize = byteSize
      self.isSigned = isSigned
      self.isBoolean = isBoolean
    }
  }

  /// A structure or union.
  public struct Composite: Sendable {
    public enum Kind: String, Sendable { case structure = "struct", union }

    public let kind: Kind
    /// Empty for an anonymous one.
    public let name: String
    /// In bytes.
    public let byteSize: Int
    public let members: [Member]
    /// The source file that declares it, where the debug information says so (DWARF; BTF has none).
    public let declaredIn: String?

    public init(
      kind: Kind, name: String, byteSize: Int, members: [Member], declaredIn: String? = nil
    ) {
      self.kind = kind
      self.name = name
      self.byteSize = byteSize
      self.members = members
      self.declaredIn = declaredIn
    }
  }

  /// A member of a structure or union.
  public struct Member: Sendable, Hashable {
    /// Empty for an anonymous structure or union.
    public let name: String
    public let type: TypeID
    /// Where the member starts, in bits from the start of the structure, in the order of the bytes in memory: within a
    /// byte from the least significant bit on little-endian, from the most significant bit on big-endian.
    public let bitOffset: Int
    /// The width of a bit-field in bits, nil for any other member.
    public let bitSize: Int?

    public init(name: String, type: TypeID, bitOffset: Int, bitSize: Int?) {
      self.name = name
      self.type = type
      self.bitOffset = bitOffset
      self.bitSize = bitSize
    }
  }

  /// An enumeration.
  public struct Enumeration: Sendable {
    public let name: String
    /// In bytes.
    public let byteSize: Int
    public let isSigned: Bool
    public let enumerators: [Enumerator]

    public init(name: String, byteSize: Int, isSigned: Bool, enumerators: [Enumerator]) {
      self.name = name
      self.byteSize = byteSize
      self.isSigned = isSigned
      self.enumerators = enumerators
    }
  }

  /// A named value.
  public struct Enumerator: Sendable, Hashable {
    public let name: String
    public let value: Int64

    public init(name: String, value: Int64) {
      self.name = name
      self.value = value
    }
  }

  /// A function's type.
  public struct Function: Sendable {
    public let returns: TypeID
    public let parameters: [TypeID]

    public init(returns: TypeID, parameters: [TypeID]) {
      self.returns = returns
      self.parameters = parameters
    }
  }
}
