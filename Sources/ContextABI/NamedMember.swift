/// A kernel member that meanings name, and where the build has it.
public struct NamedMember: Hashable, Sendable {
  /// How C reaches it: `skb->dev->ifindex`.
  public let path: String
  /// Its width in bits.
  public let width: Int
  /// The pointer to the structure that it is in: `skb->dev`. A null pointer there makes every access a fault.
  public let pointer: String
  /// The structure's name, nil for memory without one.
  public let structure: String?
  /// The member's path in the structure: `ifindex`; nil for memory that no member covers.
  public let name: String?
  /// In bits from the start of the structure, in the order of the bytes in memory.
  public let bitOffset: Int
  /// The type as C spells it.
  public let type: String?

  public init(
    path: String, width: Int, pointer: String, structure: String?, name: String?, bitOffset: Int,
    type: String?
  ) {
    self.path = path
    self.width = width
    self.pointer = pointer
    self.structure = structure
    self.name = name
    self.bitOffset = bitOffset
    self.type = type
  }
}
