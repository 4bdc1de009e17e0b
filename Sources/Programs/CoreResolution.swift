import ByteReading
import ContextABI

/// What a build answers to a CO-RE relocation.
public enum CoreAnswer: Hashable, Sendable {
  /// This; and of a field's offset the size that a load or store of it then has, in bytes.
  case value(Int64, size: Int?)
  /// There is no such field or structure: what uses the answer is refused when it is reached.
  case missing
  /// The snapshot does not hold what decides it.
  case unknown

  var value: Int64? { if case .value(let value, _) = self { value } else { nil } }
}

extension CoreRelocation {
  /// What the build of `snapshot` answers, by its own layout of the structure (`bpf_core_calc_relo`,
  /// tools/lib/bpf/relo_core.c).
  public func answer(on snapshot: Snapshot) -> CoreAnswer {
    if type == Self.helperNumbers { return helperNumber(on: snapshot) }
    guard let context = snapshot.contexts.first(where: { $0.name == type }), context.layout.size > 0 else {
      return .unknown
    }
    let layout = context.layout
    switch kind {
    case .typeExists: return .value(1, size: nil)
    case .typeSize: return .value(Int64(layout.size), size: nil)
    case .localType, .targetType, .enumeratorExists, .enumeratorValue, .typeMatches: return .unknown
    case .byteOffset, .byteSize, .exists, .isSigned, .leftShift, .rightShift: break
    }
    guard let field = FoundField.find(steps, shape, in: layout) else {
      return kind == .exists ? .value(0, size: nil) : .missing
    }
    return answer(field, layout, snapshot.byteOrder)
  }

  /// `bpf_core_calc_enumval_relo`, for an enumerator of `enum bpf_func_id`.
  private func helperNumber(on snapshot: Snapshot) -> CoreAnswer {
    let prefix = "BPF_FUNC_"
    guard let interface = snapshot.interface, !interface.programs.isEmpty, path.hasPrefix(prefix) else { return .unknown }
    let helper = interface.helpers.first { $0.name == "bpf_" + path.dropFirst(prefix.count) }
    if kind == .enumeratorExists { return .value(helper == nil ? 0 : 1, size: nil) }
    return helper.map { .value(Int64($0.number), size: nil) } ?? .missing
  }

  /// `bpf_core_calc_field_relo`
  private func answer(_ field: FoundField, _ layout: Layout, _ order: ByteOrder) -> CoreAnswer {
    let start = index * layout.size
    // A bit-field is read as the smallest integer of its type, or a larger one, that holds all of it.
    var size = field.storageSize
    var offset = field.bitOffset / 8
    if field.isBitField {
      offset = field.bitOffset / 8 / size * size
      while field.bitOffset + field.bitSize - offset * 8 > size * 8 {
        guard size < 8 else { return .missing }
        size *= 2
        offset = field.bitOffset / 8 / size * size
      }
    }
    switch kind {
    case .exists: return .value(1, size: nil)
    case .byteOffset: return .value(Int64(start + offset), size: accessSize(field))
    case .byteSize: return .value(Int64(field.isBitField ? size : field.bitSize / 8), size: nil)
    case .isSigned: return .value(field.isSigned ? 1 : 0, size: nil)
    case .leftShift:
      let end = field.bitOffset - offset * 8
      return .value(Int64(order == .little ? 64 - (end + field.bitSize) : (8 - size) * 8 + end), size: nil)
    case .rightShift: return .value(Int64(64 - field.bitSize), size: nil)
    case .localType, .targetType, .typeExists, .typeSize, .enumeratorExists, .enumeratorValue, .typeMatches:
      return .unknown
    }
  }

  /// The size of the field where a load of it must be made wider or narrower.
  private func accessSize(_ field: FoundField) -> Int? {
    guard let size, !field.isBitField, field.bitSize / 8 != size, isResizable, !field.isSigned else { return nil }
    return field.bitSize / 8
  }
}

/// A member of a layout, or an element of one.
private struct FoundField {
  let bitOffset: Int
  let bitSize: Int
  /// The size of its type in bytes: of a bit-field, more than its bits.
  let storageSize: Int
  let isSigned: Bool
  var isBitField: Bool { bitSize < storageSize * 8 || bitOffset % 8 != 0 }

  static func find(_ steps: [CoreRelocation.Step], _ shape: CoreRelocation.Shape, in layout: Layout) -> FoundField? {
    var names: [String] = []
    var elements: [Int] = []
    for step in steps {
      switch step {
      case .member(let name):
        guard elements.isEmpty else { return nil }
        names.append(name)
      case .element(let index): elements.append(index)
      }
    }
    let name = names.joined(separator: ".")
    if let member = layout.members.first(where: { $0.name == name }) { return element(elements, of: member, shape) }
    return elements.isEmpty && shape == .composite ? structure(name, in: layout) : nil
  }

  /// A member, or an element of one that is an array.
  private static func element(_ elements: [Int], of member: LayoutMember, _ shape: CoreRelocation.Shape) -> FoundField? {
    let encoding = Encoding(member.encoding)
    guard elements.count <= encoding.counts.count else { return nil }
    var count = 1
    var number = 0
    for (position, length) in encoding.counts.enumerated() {
      let index = position < elements.count ? elements[position] : 0
      // A flexible array takes every index.
      guard index < length || length == 0, length < 1 << 20, count < 1 << 20 else { return nil }
      number = number &* max(length, 1) &+ index
      count *= max(length, 1)
    }
    let isElement = elements.count == encoding.counts.count
    guard shape == (isElement ? encoding.shape : .array) else { return nil }
    let width = member.bitSize > 0 ? member.bitSize / count : encoding.bits ?? 0
    return FoundField(
      bitOffset: member.bitOffset &+ number &* width, bitSize: isElement ? width : member.bitSize,
      storageSize: max(isElement ? encoding.bits ?? width : member.bitSize, 8) / 8, isSigned: encoding.isSigned)
  }

  /// A structure inside the structure: a snapshot lists what is in it alone.
  private static func structure(_ name: String, in layout: Layout) -> FoundField? {
    let inside = layout.members.filter { $0.name.hasPrefix(name + ".") }
    guard let start = inside.map(\.bitOffset).min(), let end = inside.map({ $0.bitOffset + $0.bitSize }).max() else {
      return nil
    }
    return FoundField(bitOffset: start, bitSize: end - start, storageSize: (end - start + 7) / 8, isSigned: false)
  }
}

/// What a snapshot says of a member's bits: `u32`, `s64[2]`, `pointer`.
private struct Encoding {
  let shape: CoreRelocation.Shape
  let isSigned: Bool
  /// Of one element; nil where it is not told.
  let bits: Int?
  /// The lengths of the arrays, the outermost first.
  let counts: [Int]

  init(_ text: String) {
    let parts = text.split(separator: "[")
    let element = parts.first ?? ""
    counts = parts.dropFirst().map { Int($0.dropLast()) ?? 0 }
    switch element {
    case "pointer": (shape, isSigned, bits) = (.pointer, false, 64)
    case "bool": (shape, isSigned, bits) = (.integer, false, 8)
    default:
      let digits = Int(element.drop { !$0.isNumber })
      (shape, isSigned, bits) = (digits == nil ? .other : .integer, element.hasPrefix("s"), digits)
    }
  }
}
