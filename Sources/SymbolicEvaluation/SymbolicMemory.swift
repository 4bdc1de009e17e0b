import ByteReading

/// The kernel's memory as a conversion sees it: objects behind pointers, each a sequence of bits.
///
/// An object is known by the value of the pointer to it; two different pointers are taken to lead to different objects.
/// What was stored is kept byte by byte, so that a load sees it whatever its width.
struct SymbolicMemory {
  typealias Slice = SymbolicValue.Slice

  private let byteOrder: ByteOrder
  private var stored: [Address: [Slice]] = [:]
  /// Slots from which a register was loaded that had been stored there: no effect of the access.
  private var restored: Set<Address> = []

  struct Address: Hashable {
    let object: SymbolicValue.ObjectID
    /// In bytes from the start of the object.
    let offset: Int
  }

  init(_ byteOrder: ByteOrder) { self.byteOrder = byteOrder }

  /// The bits of `size` bytes at `address` as they were before the access.
  ///
  /// The coordinate of a bit rises with its significance in a load, on either byte order: on little-endian it is the bit's
  /// number from the start of the object; on big-endian it is that number, counted from the most significant bit of each
  /// byte, negated. So a part of a load is a part of the coordinates, and neighbours stay neighbours.
  func original(_ address: Address, size: Int) -> Slice {
    let low = byteOrder == .little ? address.offset * 8 : -(address.offset + size) * 8
    return Slice(origin: .memory(address.object), low: low, width: size * 8)
  }

  func load(_ address: Address, size: Int) -> SymbolicValue {
    let zeroes = Slice(origin: .constant(0), low: 0, width: 64 - size * 8)
    guard !stored.isEmpty else { return SymbolicValue([original(address, size: size), zeroes]) }
    var bytes: [[Slice]] = (0..<size).map { index in
      let byte = Address(object: address.object, offset: address.offset + index)
      return stored[byte] ?? [original(byte, size: 1)]
    }
    if byteOrder == .big { bytes.reverse() }
    return SymbolicValue(bytes.joined() + [zeroes])
  }

  mutating func store(_ value: SymbolicValue, _ address: Address, size: Int) {
    for index in 0..<size {
      let position = byteOrder == .little ? index : size - 1 - index
      stored[Address(object: address.object, offset: address.offset + index)] =
        SymbolicValue(value.bits(position * 8, 8)).slices
    }
  }

  /// Notes that the slot at `address` gave back to a register what the register held before the access.
  mutating func noteRestored(_ address: Address) { restored.insert(address) }

  /// The bytes that have another value than before; slots that only kept a register for a while are left out.
  var changes: Set<SymbolicOutcome.StoredByte> {
    let kept = Set(
      restored.flatMap { slot in
        (0..<8).map { Address(object: slot.object, offset: slot.offset + $0) }
      })
    var result: Set<SymbolicOutcome.StoredByte> = []
    for (address, value) in stored
    where !kept.contains(address) && value != [original(address, size: 1)] {
      result.insert(
        SymbolicOutcome.StoredByte(object: address.object, offset: address.offset, value: value))
    }
    return result
  }
}
