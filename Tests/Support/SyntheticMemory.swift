import ByteReading
import TypeGraph

/// Kernel memory that never was: objects of the types that pointers say, with random and edge values in them, and null
/// pointers here and there. One seed is one memory, always the same.
///
/// Objects come into being when they are first looked at. Two pointers never lead to the same object.
public final class SyntheticMemory {
  public let order: ByteOrder
  private let types: TypeGraph
  private let arena: UnsafeMutableRawPointer
  private var used = 0
  private var objects: [Object] = []
  private var shapes: [TypeID: Shape] = [:]
  private var generator = Generator(seed: 0)
  /// What `write` has overwritten: places in the arena, and the bytes that were there.
  private var overwritten: [(place: Int, before: UInt8)] = []

  private static let arenaSize = 16 << 20
  private static let base: UInt64 = 0x4000_0000_0000
  /// The distance between two objects: larger than any object.
  private static let spacing: UInt64 = 1 << 20
  /// How many bytes are behind a pointer whose type does not tell.
  static let untypedSize = 8192

  /// Objects of one type: their size, and where pointers stand in them.
  private struct Shape {
    var size: Int
    var pointers: [(offset: Int, target: TypeID)] = []
    /// `sk_buff.end`, an offset from `head` that must lead into the packet's memory.
    var packetEnd: Int?
  }

  private struct Object {
    let type: TypeID
    /// More bytes than the type has.
    let slack: Int
    /// Where it lies in the arena; nil for one that nobody has looked at.
    var place: Int?
    var size = 0
  }

  public init(_ types: TypeGraph, _ order: ByteOrder) {
    self.types = types
    self.order = order
    arena = .allocate(byteCount: Self.arenaSize, alignment: 16)
  }

  deinit { arena.deallocate() }

  /// Forgets all objects, and makes one of type `root`, followed by `slack` bytes.
  ///
  /// - Returns: its address.
  public func reset(seed: UInt64, root: TypeID, slack: Int) -> UInt64 {
    generator = Generator(seed: seed)
    objects = [Object(type: root, slack: slack, place: nil)]
    overwritten = []
    used = 0
    return Self.base
  }

  /// A value such as members have.
  public func anyValue() -> UInt64 { generator.edgeOrRandom() }

  // MARK: - Access

  /// The number of `size` bytes at `address`; nil where there is no memory.
  public func read(_ address: UInt64, _ size: Int) -> UInt64? {
    guard let place = locate(address, size) else { return nil }
    var value: UInt64 = 0
    for index in 0..<size {
      let byte = UInt64((arena + place + index).load(as: UInt8.self))
      value = order == .little ? value | byte << UInt64(8 * index) : value << 8 | byte
    }
    return value
  }

  /// Stores the lower `size` bytes of `value`; false where there is no memory.
  public func write(_ address: UInt64, _ size: Int, _ value: UInt64) -> Bool {
    guard let place = locate(address, size) else { return false }
    for index in 0..<size {
      let shift = UInt64(8 * (order == .little ? index : size - 1 - index))
      overwritten.append((place + index, (arena + place + index).load(as: UInt8.self)))
      (arena + place + index).storeBytes(of: UInt8(truncatingIfNeeded: value >> shift), as: UInt8.self)
    }
    return true
  }

  /// The bytes that differ from what they were, by their address, and all as they were before.
  public func takeChanges() -> [UInt64: UInt8] {
    var before: [Int: UInt8] = [:]
    for (place, byte) in overwritten where before[place] == nil { before[place] = byte }
    var changes: [UInt64: UInt8] = [:]
    for (place, byte) in before {
      let now = (arena + place).load(as: UInt8.self)
      if now != byte, let address = address(of: place) { changes[address] = now }
      (arena + place).storeBytes(of: byte, as: UInt8.self)
    }
    overwritten.removeAll(keepingCapacity: true)
    return changes
  }

  private func address(of place: Int) -> UInt64? {
    for (index, object) in objects.enumerated() {
      guard let start = object.place, place >= start, place < start + object.size else { continue }
      return Self.base + UInt64(index) * Self.spacing + UInt64(place - start)
    }
    return nil
  }

  private func locate(_ address: UInt64, _ size: Int) -> Int? {
    guard address >= Self.base else { return nil }
    let number = (address - Self.base) / Self.spacing
    guard number < UInt64(objects.count) else { return nil }
    let index = Int(number)
    if objects[index].place == nil { make(index) }
    let offset = Int((address - Self.base) % Self.spacing)
    guard let place = objects[index].place, offset + size <= objects[index].size else { return nil }
    return place + offset
  }

  // MARK: - Objects

  private func make(_ index: Int) {
    let shape = shape(of: objects[index].type)
    let size = shape.size + objects[index].slack
    let place = used
    let room = (size + 15) & ~7
    guard place + room <= Self.arenaSize else { return }
    used += room
    objects[index].place = place
    objects[index].size = size
    for offset in stride(from: 0, to: room, by: 8) {
      (arena + place + offset).storeBytes(of: generator.edgeOrRandom(), as: UInt64.self)
    }
    for pointer in shape.pointers {
      // One in eight is null.
      var value: UInt64 = 0
      if generator.next() & 7 != 0 {
        value = Self.base + UInt64(objects.count) * Self.spacing
        objects.append(Object(type: pointer.target, slack: 0, place: nil))
      }
      store(value, 8, at: place + pointer.offset)
    }
    if let offset = shape.packetEnd { store(generator.next() & 0xff8, 4, at: place + offset) }
  }

  private func store(_ value: UInt64, _ size: Int, at place: Int) {
    for index in 0..<size {
      let shift = UInt64(8 * (order == .little ? index : size - 1 - index))
      (arena + place + index).storeBytes(of: UInt8(truncatingIfNeeded: value >> shift), as: UInt8.self)
    }
  }

  /// Pointers to these lead to something longer: what a kernel really puts there.
  private static let longer = [
    "sock": "tcp_sock", "bpf_run_ctx": "bpf_cg_run_ctx", "sockaddr": "sockaddr_in6",
    "sockaddr_unsized": "sockaddr_in6",
  ]

  private func shape(of type: TypeID) -> Shape {
    if let known = shapes[type] { return known }
    var shape = Shape(size: 0)
    var actual = type
    if let composite = try? types.composite(type), let name = Self.longer[composite.name],
      let other = try? types.composite(named: name)
    {
      actual = other
    }
    let size = (try? types.byteSize(of: actual)) ?? nil
    let isByte = size == 1
    if let size, !isByte {
      shape.size = size
      collect(actual, at: 0, into: &shape, depth: 0)
    } else if (try? types.strippedNode(actual)).map(Self.isUntyped) ?? true || isByte {
      shape.size = Self.untypedSize
    }
    var seen: Set<Int> = []
    shape.pointers = shape.pointers.filter { $0.offset + 8 <= shape.size && seen.insert($0.offset).inserted }
    shapes[type] = shape
    return shape
  }

  private static func isUntyped(_ node: TypeNode) -> Bool {
    if case .void = node { true } else { false }
  }

  private func collect(_ type: TypeID, at offset: Int, into shape: inout Shape, depth: Int) {
    guard depth < 12, shape.pointers.count < 4096, let node = try? types.strippedNode(type) else { return }
    switch node {
    case .pointer(let target): shape.pointers.append((offset, target))
    case .composite(let composite):
      for member in composite.members where member.bitSize == nil {
        if composite.name == "sk_buff", member.name == "end" { shape.packetEnd = member.bitOffset / 8 }
        collect(member.type, at: offset + member.bitOffset / 8, into: &shape, depth: depth + 1)
      }
    case .array(let element, let count):
      guard let size = (try? types.byteSize(of: element)) ?? nil, size > 0 else { return }
      for index in 0..<min(count, 64) {
        collect(element, at: offset + index * size, into: &shape, depth: depth + 1)
      }
    default: break
    }
  }
}

/// Numbers that look random, the same for one seed (splitmix64).
public struct Generator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 &+ 0x1234_5678_9abc_def1 }

  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// All bits random, or 16-bit pieces of them at an edge: no bit, all bits, one bit, around the numbers that kernel code
  /// compares with.
  public mutating func edgeOrRandom() -> UInt64 {
    let random = next()
    if random & 1 == 0 { return next() }
    var result: UInt64 = 0
    for piece in 0..<4 {
      let choice = random >> UInt64(8 + 8 * piece) & 15
      let value: UInt64 =
        switch choice {
        case 0..<6: 0
        case 6..<9: 0xffff
        case 9: 1
        case 10: 0x8000
        case 11: 0x7fff
        case 12: 0x00ff & next()
        case 13: 0x0100 | (next() & 1)
        case 14: 0xfffe
        default: next() & 0xffff
        }
      result |= value << UInt64(16 * piece)
    }
    return result
  }
}
