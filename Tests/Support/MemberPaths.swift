import ByteReading
import TypeGraph

/// Where a member is, as steps that are taken anew in each memory.
public struct MemberPlace {
  let address: Address
  /// In bits from the address, in the order of the bytes in memory (`TypeNode.Member.bitOffset`).
  let bitOffset: Int
  public let width: Int

  /// How an address is found.
  indirect enum Address {
    case context
    case constant(UInt64)
    case pointer(MemberPlace)
    case sum([MemberPlace])
    case moved(Address, Int)
  }
}

/// A path that does not lead anywhere.
public struct PathError: Error, CustomStringConvertible {
  public let path: String
  public let problem: String

  public var description: String { "\(path): \(problem)" }
}

/// Finds members by their names alone: `skb->dev->ifindex`, `tcp_sock(ctx->sk)->snd_cwnd`,
/// `skb_shared_info(skb->head + skb->end)->gso_segs`, `*(u32 *)&qdisc_skb_cb(skb->cb)->data[4]`, `*ctx->ppos`.
public struct MemberPaths {
  private let types: TypeGraph
  private let root: TypeID
  private let rootName: String

  public init(_ types: TypeGraph, root: TypeID, name: String) {
    self.types = types
    self.root = root
    rootName = name
  }

  /// Whether `path` is the pointer to the context itself.
  public func isContext(_ path: String) -> Bool { path == rootName }

  /// The place that `path` names.
  public func place(of path: String) throws -> MemberPlace {
    var scanner = PathScanner(path)
    let place = try value(&scanner)
    guard scanner.isAtEnd else { throw scanner.error("something follows") }
    return place
  }

  /// What a part of a path is.
  private enum Part {
    /// An address, and the type of what is there.
    case pointer(MemberPlace.Address, TypeID)
    /// Something in memory; a bit-field has a width of its own.
    case object(MemberPlace.Address, bitOffset: Int, TypeID, width: Int?)
  }

  private func value(_ scanner: inout PathScanner) throws -> MemberPlace {
    if scanner.take("padding(") {
      let (address, offset) = try pointerAndOffset(&scanner)
      try scanner.expect(", ")
      let width = try scanner.number()
      try scanner.expect(")")
      return MemberPlace(address: address, bitOffset: offset * 8, width: width)
    }
    if scanner.take("*(u") {
      let width = try scanner.number()
      try scanner.expect(" *)")
      if scanner.take("&") {
        guard case .object(let address, let bitOffset, _, _) = try part(&scanner) else {
          throw scanner.error("the address of no object")
        }
        return MemberPlace(address: address, bitOffset: bitOffset, width: width)
      }
      try scanner.expect("(")
      let (address, offset) = try pointerAndOffset(&scanner)
      try scanner.expect(")")
      return MemberPlace(address: address, bitOffset: offset * 8, width: width)
    }
    if scanner.take("*") {
      let (address, type) = try pointer(try part(&scanner), scanner)
      return try place(.object(address, bitOffset: 0, type, width: nil), scanner)
    }
    return try place(try part(&scanner), scanner)
  }

  private func pointerAndOffset(
    _ scanner: inout PathScanner
  ) throws -> (MemberPlace.Address, Int) {
    let address: MemberPlace.Address =
      if scanner.isAtNumber {
        .constant(UInt64(try scanner.number()))
      } else if scanner.isAtDereference {
        .pointer(try value(&scanner))
      } else {
        try pointer(try part(&scanner), scanner).0
      }
    if scanner.take(" + ") { return (address, try scanner.number()) }
    try scanner.expect(" - ")
    return (address, -(try scanner.number()))
  }

  private func place(_ part: Part, _ scanner: PathScanner) throws -> MemberPlace {
    guard case .object(let address, let bitOffset, let type, let width) = part else {
      throw scanner.error("a pointer, no member")
    }
    guard let bits = try width ?? types.byteSize(of: type).map({ $0 * 8 }) else {
      throw scanner.error("a member without a size")
    }
    return MemberPlace(address: address, bitOffset: bitOffset, width: bits)
  }

  private func part(_ scanner: inout PathScanner) throws -> Part {
    var current = try start(&scanner)
    while true {
      if scanner.take("->") {
        let (address, type) = try pointer(current, scanner)
        current = try member(
          try scanner.name(), of: .object(address, bitOffset: 0, type, width: nil), scanner)
      } else if scanner.take(".") {
        current = try member(try scanner.name(), of: current, scanner)
      } else if scanner.take("[") {
        let index = try scanner.number()
        try scanner.expect("]")
        current = try element(index, of: current, scanner)
      } else {
        return current
      }
    }
  }

  /// The context's name, or a structure that lies over something: `qdisc_skb_cb(skb->cb)`.
  private func start(_ scanner: inout PathScanner) throws -> Part {
    let name = try scanner.name()
    guard scanner.take("(") else {
      guard name == rootName else { throw scanner.error("\(name) is not the context") }
      return .pointer(.context, root)
    }
    guard let type = try types.composite(named: name) else { throw scanner.error("no struct \(name)") }
    let first = try part(&scanner)
    if scanner.take(" + ") {
      let second = try part(&scanner)
      try scanner.expect(")")
      return .pointer(.sum([try place(first, scanner), try place(second, scanner)]), type)
    }
    try scanner.expect(")")
    if case .object(let address, let bitOffset, let inner, _) = first,
      case .array = try types.strippedNode(inner)
    {
      return .pointer(.moved(address, bitOffset / 8), type)
    }
    return .pointer(try pointer(first, scanner).0, type)
  }

  private func pointer(
    _ part: Part, _ scanner: PathScanner
  ) throws -> (MemberPlace.Address, TypeID) {
    switch part {
    case .pointer(let address, let type): return (address, type)
    case .object(_, _, let type, _):
      guard let target = try types.pointee(type) else { throw scanner.error("no pointer") }
      return (.pointer(try place(part, scanner)), target)
    }
  }

  private func member(_ name: String, of part: Part, _ scanner: PathScanner) throws -> Part {
    guard case .object(let address, let bitOffset, let type, _) = part,
      let found = try types.member(name, of: type)
    else { throw scanner.error("no member \(name)") }
    return .object(
      address, bitOffset: bitOffset + found.bitOffset, found.type, width: found.bitSize)
  }

  private func element(_ index: Int, of part: Part, _ scanner: PathScanner) throws -> Part {
    if case .object(let address, let bitOffset, let type, _) = part,
      case .array(let element, _) = try types.strippedNode(type)
    {
      let size = try types.byteSize(of: element) ?? 0
      return .object(address, bitOffset: bitOffset + index * size * 8, element, width: nil)
    }
    let (address, target) = try pointer(part, scanner)
    let size = try types.byteSize(of: target) ?? 0
    return .object(address, bitOffset: index * size * 8, target, width: nil)
  }
}

/// Reads a path from left to right.
struct PathScanner {
  private let path: String
  private var rest: Substring

  init(_ path: String) {
    self.path = path
    rest = path[...]
  }

  var isAtEnd: Bool { rest.isEmpty }
  var isAtNumber: Bool { rest.first?.isNumber ?? false }
  var isAtDereference: Bool { rest.hasPrefix("*") }

  func error(_ problem: String) -> PathError {
    PathError(path: path, problem: "\(problem), before \"\(rest)\"")
  }

  mutating func take(_ sign: String) -> Bool {
    guard rest.hasPrefix(sign) else { return false }
    rest = rest.dropFirst(sign.count)
    return true
  }

  mutating func expect(_ sign: String) throws {
    guard take(sign) else { throw error("\"\(sign)\" is wanted") }
  }

  mutating func name() throws -> String {
    let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    guard !name.isEmpty else { throw error("a name is wanted") }
    rest = rest.dropFirst(name.count)
    return String(name)
  }

  mutating func number() throws -> Int {
    let digits = rest.prefix { $0.isNumber }
    guard let number = Int(digits) else { throw error("a number is wanted") }
    rest = rest.dropFirst(digits.count)
    return number
  }
}

extension SyntheticMemory {
  /// The address that a place starts from; nil where the way there leads over memory that is not there.
  func address(_ address: MemberPlace.Address, context: UInt64) -> UInt64? {
    switch address {
    case .context: return context
    case .constant(let address): return address
    case .pointer(let place): return value(at: place, context: context)
    case .moved(let inner, let bytes):
      return self.address(inner, context: context).map { $0 &+ UInt64(bitPattern: Int64(bytes)) }
    case .sum(let places):
      var sum: UInt64 = 0
      for place in places {
        guard let value = value(at: place, context: context) else { return nil }
        sum &+= value
      }
      return sum
    }
  }

  /// The value of a member, extended with zeroes; nil where there is no memory.
  public func value(at place: MemberPlace, context: UInt64) -> UInt64? {
    guard let start = address(place.address, context: context) else { return nil }
    return bits(start, place.bitOffset, place.width)
  }

  /// The `width` bits at `bitOffset` behind `start`, in the order of the bytes in memory.
  func bits(_ start: UInt64, _ bitOffset: Int, _ width: Int) -> UInt64? {
    let first = bitOffset >> 3
    let end = (bitOffset + width + 7) >> 3
    var value: UInt64 = 0
    var taken = 0
    for index in first..<end {
      guard let byte = read(start &+ UInt64(bitPattern: Int64(index)), 1) else { return nil }
      let low = max(bitOffset - index * 8, 0)
      let high = min(bitOffset + width - index * 8, 8)
      let count = high - low
      if order == .little {
        value |= (byte >> UInt64(low) & ((1 << UInt64(count)) - 1)) << UInt64(taken)
      } else {
        value = value << UInt64(count) | (byte >> UInt64(8 - high) & ((1 << UInt64(count)) - 1))
      }
      taken += count
    }
    return value
  }
}
