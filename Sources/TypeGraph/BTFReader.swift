import ByteReading

/// Reads the BPF Type Format (Documentation/bpf/btf.rst, include/uapi/linux/btf.h).
///
/// Opening it walks over the types once to learn where each starts; a type is decoded when it is asked for.
public final class BTFReader: TypeSource {
  public let format = "BTF"
  let types: ByteView
  let strings: ByteView
  let order: ByteOrder
  /// Where each type starts in `types`; entry 0 stands for `void`.
  private(set) var offsets: [UInt32]
  private lazy var index: [NameKey: [TypeID]] = makeIndex()

  private struct NameKey: Hashable {
    let kind: NamedKind
    let name: String
  }

  /// Opens the BTF data in `bytes`.
  ///
  /// - Throws: `TypeError` when the header, a type's length or a reference leads outside.
  public init(_ bytes: ByteView, order: ByteOrder) throws(TypeError) {
    do throws(ByteError) {
      let header = try BTFHeader(bytes, order)
      types = try bytes.slice(at: header.typesOffset, length: header.typesLength, part: ".BTF types")
      strings = try bytes.slice(
        at: header.stringsOffset, length: header.stringsLength, part: ".BTF strings")
      self.order = order
      offsets = try Self.findTypes(types, order, layout: header.kindLayout)
    } catch {
      throw .bytes(error)
    }
  }

  /// How many types there are, `void` among them.
  public var typeCount: Int { offsets.count }

  /// Decodes every type and checks every reference, for a test of a whole file.
  public func validateAll() throws(TypeError) {
    for number in 1..<offsets.count { _ = try node(TypeID(UInt32(number))) }
  }

  public func types(named name: String, in kinds: [NamedKind]) throws(TypeError) -> [TypeID] {
    kinds.flatMap { index[NameKey(kind: $0, name: name)] ?? [] }
  }

  public func function(named name: String) throws(TypeError) -> TypeNode.Function? {
    let wanted = Array(name.utf8)
    do throws(ByteError) {
      for number in 1..<max(offsets.count, 1) {
        let offset = Int(offsets[number])
        let info: UInt32 = try types.integer(at: offset + 4, order)
        guard BTFKind(info: info) == .function,
          try strings.nulTerminated(
            at: Int(try types.integer(UInt32.self, at: offset, order))
          ).elementsEqual(wanted)
        else { continue }
        let prototype = TypeID(try types.integer(at: offset + 8, order))
        if case .function(let function) = try readNode(prototype) { return function }
      }
      return nil
    } catch {
      throw .bytes(error)
    }
  }

  public func node(_ type: TypeID) throws(TypeError) -> TypeNode {
    do throws(ByteError) { return try readNode(type) } catch { throw .bytes(error) }
  }

  /// The name of the structure or union with this BTF id, as the kernel's own id lists (`.BTF_ids`) refer to it.
  public func compositeName(id: UInt32) -> String? {
    guard case .composite(let composite)? = try? readNode(TypeID(id)), !composite.name.isEmpty
    else { return nil }
    return composite.name
  }

  // MARK: - Decoding

  private func readNode(_ type: TypeID) throws(ByteError) -> TypeNode {
    guard type != .void else { return .void }
    guard Int(type.number) < offsets.count else {
      throw ByteError(
        place: types.place, offset: types.count, needed: 12, available: types.count,
        problem: "type id \(type.number) is out of range; there are \(offsets.count)")
    }
    let offset = Int(offsets[Int(type.number)])
    let info: UInt32 = try types.integer(at: offset + 4, order)
    let sizeOrType: UInt32 = try types.integer(at: offset + 8, order)
    let target = TypeID(sizeOrType)
    let flag = info >> 31 != 0
    let count = BTFKind.elementCount(info: info)
    guard let kind = BTFKind(info: info) else { return .other("kind \(BTFKind.number(info: info))") }
    switch kind {
    case .integer: return try integer(at: offset, byteSize: Int(sizeOrType))
    case .pointer: return .pointer(to: target)
    case .array:
      return .array(
        of: TypeID(try types.integer(at: offset + 12, order)),
        count: Int(try types.integer(UInt32.self, at: offset + 20, order)))
    case .structure, .union:
      return .composite(
        TypeNode.Composite(
          kind: kind == .union ? .union : .structure, name: try name(at: offset),
          byteSize: Int(sizeOrType), members: try members(at: offset + 12, count, flag)))
    case .enumeration, .enumeration64:
      return .enumeration(
        TypeNode.Enumeration(
          name: try name(at: offset), byteSize: Int(sizeOrType), isSigned: flag,
          enumerators: try enumerators(
            at: offset + 12, count, wide: kind == .enumeration64, signed: flag)))
    case .forward: return .declaration(flag ? .union : .structure, name: try name(at: offset))
    case .alias: return .alias(name: try name(at: offset), of: target)
    case .volatile: return .qualified("volatile", target)
    case .const: return .qualified("const", target)
    case .restrict: return .qualified("restrict", target)
    case .typeTag: return .qualified("", target)
    case .functionPrototype:
      var parameters: [TypeID] = []
      for number in 0..<count {
        parameters.append(TypeID(try types.integer(at: offset + 12 + 8 * number + 4, order)))
      }
      return .function(TypeNode.Function(returns: target, parameters: parameters))
    case .float: return .floatingPoint(name: try name(at: offset), byteSize: Int(sizeOrType))
    case .function, .variable, .dataSection, .declarationTag: return .other("\(kind)")
    }
  }

  func name(at offset: Int) throws(ByteError) -> String {
    try strings.string(at: Int(try types.integer(UInt32.self, at: offset, order)))
  }

  /// `struct btf_type` is followed by a word: encoding (8 bits), bit offset (8), bits (16).
  private func integer(at offset: Int, byteSize: Int) throws(ByteError) -> TypeNode {
    let encoding = try types.integer(UInt32.self, at: offset + 12, order) >> 24 & 0xf
    return .integer(
      TypeNode.Integer(
        name: try name(at: offset), byteSize: byteSize, isSigned: encoding & 1 != 0,
        isBoolean: encoding & 4 != 0))
  }

  /// `struct btf_member`: with the kind flag, an offset's high 8 bits are a bit-field's width.
  private func members(
    at start: Int, _ count: Int, _ hasWidths: Bool
  ) throws(ByteError) -> [TypeNode.Member] {
    var result: [TypeNode.Member] = []
    result.reserveCapacity(count)
    for number in 0..<count {
      let offset = start + 12 * number
      let place: UInt32 = try types.integer(at: offset + 8, order)
      let width = hasWidths ? Int(place >> 24) : 0
      result.append(
        TypeNode.Member(
          name: try name(at: offset), type: TypeID(try types.integer(at: offset + 4, order)),
          bitOffset: Int(hasWidths ? place & 0xff_ffff : place), bitSize: width == 0 ? nil : width))
    }
    return result
  }

  private func enumerators(
    at start: Int, _ count: Int, wide: Bool, signed: Bool
  ) throws(ByteError) -> [TypeNode.Enumerator] {
    var result: [TypeNode.Enumerator] = []
    result.reserveCapacity(count)
    for number in 0..<count {
      let offset = start + (wide ? 12 : 8) * number
      let low: UInt32 = try types.integer(at: offset + 4, order)
      let value: Int64
      if wide {
        let high: UInt32 = try types.integer(at: offset + 8, order)
        value = Int64(bitPattern: UInt64(high) << 32 | UInt64(low))
      } else {
        value = signed ? Int64(Int32(bitPattern: low)) : Int64(low)
      }
      result.append(TypeNode.Enumerator(name: try name(at: offset), value: value))
    }
    return result
  }

  private func makeIndex() -> [NameKey: [TypeID]] {
    var result: [NameKey: [TypeID]] = [:]
    for number in offsets.indices.dropFirst() {
      let offset = Int(offsets[number])
      guard let info: UInt32 = try? types.integer(at: offset + 4, order),
        let kind = BTFKind(info: info)?.namedKind,
        let name = try? name(at: offset), !name.isEmpty
      else { continue }
      result[NameKey(kind: kind, name: name), default: []].append(TypeID(UInt32(number)))
    }
    return result
  }

  // MARK: - Opening

  private static func findTypes(
    _ types: ByteView, _ order: ByteOrder, layout: [BTFHeader.KindLayout]
  ) throws(ByteError) -> [UInt32] {
    var offsets: [UInt32] = [0]
    offsets.reserveCapacity(types.count / 20)
    var offset = 0
    while offset < types.count {
      offsets.append(UInt32(offset))
      let info: UInt32 = try types.integer(at: offset + 4, order)
      let count = BTFKind.elementCount(info: info)
      let length: Int
      if let kind = BTFKind(info: info) {
        length = kind.trailingBytes(count: count)
      } else if let known = layout[safe: BTFKind.number(info: info)] {
        length = known.fixedSize + count * known.elementSize
      } else {
        throw ByteError(
          place: types.place, offset: offset, needed: 0, available: types.count,
          problem:
            "type \(offsets.count - 1) is of kind \(BTFKind.number(info: info)), which is not known, and the file does not say how long such types are"
        )
      }
      guard length <= types.count - offset - 12 else {
        throw ByteError(
          place: types.place, offset: offset, needed: 12 + length, available: types.count - offset,
          problem: "type \(offsets.count - 1) needs \(12 + length) bytes, \(types.count - offset) are left")
      }
      offset += 12 + length
    }
    return offsets
  }
}

extension Array {
  /// The element at `index`, or nil where there is none.
  subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
