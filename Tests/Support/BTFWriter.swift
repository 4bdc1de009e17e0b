import ByteReading

/// Writes BTF (Documentation/bpf/btf.rst), right or wrong.
public struct BTFWriter {
  public let order: ByteOrder
  private var types: ByteWriter
  private var strings: [UInt8] = [0]
  /// How many types there are so far, `void` not counted: the number of the last one.
  public private(set) var last: UInt32 = 0

  public init(_ order: ByteOrder = .little) {
    self.order = order
    types = ByteWriter(order)
  }

  public mutating func string(_ text: String) -> UInt32 {
    if text.isEmpty { return 0 }
    let offset = UInt32(strings.count)
    strings += Array(text.utf8) + [0]
    return offset
  }

  /// `struct btf_type`: name, info (kind flag, kind, count), size or type; then `extra` words.
  @discardableResult
  public mutating func add(
    kind: UInt32, name: String = "", flag: Bool = false, count: Int = 0, sizeOrType: UInt32 = 0,
    extra: [UInt32] = []
  ) -> UInt32 {
    let nameOffset = string(name)
    types.add(nameOffset)
    types.add((flag ? 1 << 31 : 0) | kind << 24 | UInt32(count))
    types.add(sizeOrType)
    for word in extra { types.add(word) }
    last += 1
    return last
  }

  public mutating func integer(_ name: String, bytes: UInt32, encoding: UInt32 = 0) -> UInt32 {
    add(kind: 1, name: name, sizeOrType: bytes, extra: [encoding << 24 | bytes * 8])
  }

  public mutating func pointer(to type: UInt32) -> UInt32 { add(kind: 2, sizeOrType: type) }

  public mutating func array(of type: UInt32, index: UInt32, count: UInt32) -> UInt32 {
    add(kind: 3, extra: [type, index, count])
  }

  public struct Member {
    let name: String
    let type: UInt32
    let bitOffset: UInt32
    let bitSize: UInt32

    public init(_ name: String, _ type: UInt32, _ bitOffset: UInt32, bits: UInt32 = 0) {
      self.name = name
      self.type = type
      self.bitOffset = bitOffset
      bitSize = bits
    }
  }

  /// A structure, or with `kind` 5 a union. With a bit-field among its members the kind flag is set.
  public mutating func structure(
    _ name: String, bytes: UInt32, _ members: [Member], kind: UInt32 = 4
  ) -> UInt32 {
    let flag = members.contains { $0.bitSize > 0 }
    let words = members.flatMap { [string($0.name), $0.type, flag ? $0.bitSize << 24 | $0.bitOffset : $0.bitOffset] }
    return add(
      kind: kind, name: name, flag: flag, count: members.count, sizeOrType: bytes, extra: words)
  }

  /// The whole section.
  ///
  /// - Parameter layout: entries of a layout section (fixed size, element size), as headers of 32 bytes have it.
  public func write(
    magic: UInt16 = 0xeb9f, version: UInt8 = 1, typesLength: UInt32? = nil,
    layout: [(fixed: UInt8, element: UInt8)]? = nil
  ) -> [UInt8] {
    var file = ByteWriter(order)
    let headerLength: UInt32 = layout == nil ? 24 : 32
    file.add(magic)
    file.add(version)
    file.add(UInt8(0))
    file.add(headerLength)
    file.add(UInt32(0))
    file.add(typesLength ?? UInt32(types.count))
    file.add(UInt32(types.count))
    file.add(UInt32(strings.count))
    if let layout {
      file.add(UInt32(types.count + strings.count))
      file.add(UInt32(layout.count * 4))
    }
    file.add(types.bytes)
    file.add(strings)
    for entry in layout ?? [] {
      file.add([entry.fixed, entry.element])
      file.add(UInt16(0))
    }
    return file.bytes
  }
}
