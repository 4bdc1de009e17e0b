import ByteReading

/// The kinds of BTF types (`BTF_KIND_*` in include/uapi/linux/btf.h).
enum BTFKind: UInt32 {
  case integer = 1
  case pointer, array, structure, union, enumeration, forward, alias, volatile, const, restrict
  case function, functionPrototype, variable, dataSection, float, declarationTag, typeTag
  case enumeration64

  /// The kind that `btf_type.info` names, nil for one that is not known.
  init?(info: UInt32) { self.init(rawValue: UInt32(Self.number(info: info))) }

  /// The kind's number: bits 24 to 30 (up to 7.0, where only 24 to 28 were in use, the others are 0).
  static func number(info: UInt32) -> Int { Int(info >> 24 & 0x7f) }

  /// How many members, enumerators or parameters follow: bits 0 to 23 (up to 7.0, bits 0 to 15).
  static func elementCount(info: UInt32) -> Int { Int(info & 0xff_ffff) }

  /// How many bytes follow `struct btf_type`.
  func trailingBytes(count: Int) -> Int {
    switch self {
    case .integer, .variable, .declarationTag: 4
    case .array: 12
    case .structure, .union, .dataSection, .enumeration64: 12 * count
    case .enumeration, .functionPrototype: 8 * count
    default: 0
    }
  }

  /// The name space that a type of this kind is looked up in.
  var namedKind: NamedKind? {
    switch self {
    case .structure, .union: .composite
    case .enumeration, .enumeration64: .enumeration
    case .alias: .alias
    default: nil
    }
  }
}

/// `struct btf_header`.
struct BTFHeader {
  /// How long a type of some kind is, as a file that carries a layout section tells (`struct btf_layout`: 8-bit sizes of
  /// the fixed part and of each element, 16 bits of flags; one entry a kind).
  struct KindLayout {
    let fixedSize: Int
    let elementSize: Int
  }

  let typesOffset: Int
  let typesLength: Int
  let stringsOffset: Int
  let stringsLength: Int
  let kindLayout: [KindLayout]

  init(_ bytes: ByteView, _ order: ByteOrder) throws(ByteError) {
    func malformed(_ problem: String, at offset: Int) -> ByteError {
      ByteError(
        place: bytes.place, offset: offset, needed: 24, available: bytes.count, problem: problem)
    }
    let magic: UInt16 = try bytes.integer(at: 0, order)
    guard magic == 0xeb9f else {
      throw malformed("the magic number is \(hexadecimal(magic)), not 0xeb9f", at: 0)
    }
    let version: UInt8 = try bytes.integer(at: 2, order)
    guard version == 1 else { throw malformed("BTF version \(version) is not known", at: 2) }
    let length = Int(try bytes.integer(UInt32.self, at: 4, order))
    guard length >= 24, length <= bytes.count else {
      throw malformed("the header's length is \(length), of \(bytes.count) bytes", at: 4)
    }
    func word(_ offset: Int) throws(ByteError) -> Int {
      Int(try bytes.integer(UInt32.self, at: offset, order))
    }
    typesOffset = length + (try word(8))
    typesLength = try word(12)
    stringsOffset = length + (try word(16))
    stringsLength = try word(20)
    for (name, start, size) in [
      ("types", typesOffset, typesLength), ("strings", stringsOffset, stringsLength),
    ] where start > bytes.count || size > bytes.count - start {
      throw malformed("the \(name) (\(size) bytes at \(start)) lie behind the end", at: 8)
    }
    guard length >= 32 else {
      kindLayout = []
      return
    }
    let layoutOffset = length + (try word(24))
    var layouts: [KindLayout] = []
    for entry in 0..<min(try word(28) / 4, 256) {
      layouts.append(
        KindLayout(
          fixedSize: Int(try bytes.integer(UInt8.self, at: layoutOffset + 4 * entry, order)),
          elementSize: Int(try bytes.integer(UInt8.self, at: layoutOffset + 4 * entry + 1, order))))
    }
    kindLayout = layouts
  }
}
