import CLibdw

extension DWARFReader {
  /// Decodes one entry into a type, one step deep.
  func decode(_ entry: Dwarf_Die) throws(TypeError) -> TypeNode {
    // A unit that uses a type unit's type holds a stub with the type unit's signature in its place; Clang marks it as a
    // declaration, GCC does not.
    if let complete = DWARFEntry.reference(entry, DW_AT_signature) {
      guard !DWARFEntry.isDeclaration(complete),
        DWARFEntry.reference(complete, DW_AT_signature) == nil
      else { throw .malformed("\(path): DWARF: a type signature leads to a declaration") }
      return try decode(complete)
    }
    switch DWARFEntry.tag(entry) {
    case DW_TAG_base_type: return baseType(entry)
    case DW_TAG_pointer_type: return .pointer(to: target(of: entry))
    case DW_TAG_array_type: return array(entry)
    case DW_TAG_structure_type: return composite(entry, .structure)
    case DW_TAG_union_type: return composite(entry, .union)
    case DW_TAG_enumeration_type: return enumeration(entry)
    case DW_TAG_typedef:
      return .alias(name: DWARFEntry.name(entry) ?? "", of: target(of: entry))
    case DW_TAG_const_type: return .qualified("const", target(of: entry))
    case DW_TAG_volatile_type: return .qualified("volatile", target(of: entry))
    case DW_TAG_restrict_type: return .qualified("restrict", target(of: entry))
    case DW_TAG_atomic_type: return .qualified("_Atomic", target(of: entry))
    case DW_TAG_subroutine_type: return .function(functionType(entry))
    case DW_TAG_unspecified_type: return .void
    case let tag: return .other("DWARF tag \(tag)")
    }
  }

  /// The type that `DW_AT_type` refers to; none is `void`.
  private func target(of entry: Dwarf_Die) -> TypeID {
    DWARFEntry.reference(entry, DW_AT_type).map(identify) ?? .void
  }

  func functionType(_ entry: Dwarf_Die) -> TypeNode.Function {
    var parameters: [TypeID] = []
    DWARFEntry.forEachChild(of: entry) { child in
      if DWARFEntry.tag(child) == DW_TAG_formal_parameter { parameters.append(target(of: child)) }
    }
    return TypeNode.Function(returns: target(of: entry), parameters: parameters)
  }

  private func byteSize(_ entry: Dwarf_Die) -> Int {
    max(0, DWARFEntry.number(entry, DW_AT_byte_size) ?? 0)
  }

  private func baseType(_ entry: Dwarf_Die) -> TypeNode {
    let name = DWARFEntry.name(entry) ?? ""
    let encoding = DWARFEntry.number(entry, DW_AT_encoding) ?? 0
    if encoding == DW_ATE_float || encoding == DW_ATE_complex_float {
      return .floatingPoint(name: name, byteSize: byteSize(entry))
    }
    return .integer(
      TypeNode.Integer(
        name: name, byteSize: byteSize(entry),
        isSigned: encoding == DW_ATE_signed || encoding == DW_ATE_signed_char,
        isBoolean: encoding == DW_ATE_boolean))
  }

  /// One `DW_TAG_subrange_type` a dimension, from the outermost in; the inner ones become arrays of their own.
  private func array(_ entry: Dwarf_Die) -> TypeNode {
    var counts: [Int] = []
    DWARFEntry.forEachChild(of: entry) { child in
      guard DWARFEntry.tag(child) == DW_TAG_subrange_type else { return }
      let count =
        DWARFEntry.number(child, DW_AT_count)
        ?? DWARFEntry.signedNumber(child, DW_AT_upper_bound).map { Int(clamping: $0 &+ 1) } ?? 0
      counts.append(max(0, count))
    }
    let outermost = counts.first ?? 0
    guard counts.count > 1 else { return .array(of: target(of: entry), count: outermost) }
    return .array(of: innerArray(of: entry, Array(counts.dropFirst())), count: outermost)
  }

  private func composite(_ entry: Dwarf_Die, _ kind: TypeNode.Composite.Kind) -> TypeNode {
    let name = DWARFEntry.name(entry) ?? ""
    if DWARFEntry.isDeclaration(entry) { return .declaration(kind, name: name) }
    var members: [TypeNode.Member] = []
    DWARFEntry.forEachChild(of: entry) { child in
      guard DWARFEntry.tag(child) == DW_TAG_member else { return }
      let width = DWARFEntry.number(child, DW_AT_bit_size)
      members.append(
        TypeNode.Member(
          name: DWARFEntry.name(child) ?? "", type: target(of: child),
          bitOffset: bitOffset(of: child, width: width), bitSize: width))
    }
    return .composite(
      TypeNode.Composite(
        kind: kind, name: name, byteSize: byteSize(entry), members: members,
        declaredIn: DWARFEntry.declarationFile(entry)))
  }

  /// Where a member starts, in bits. DWARF 4 and 5 count bit-fields by `DW_AT_data_bit_offset` in the order of the bytes
  /// in memory; before, `DW_AT_bit_offset` counted from the most significant bit of a storage unit (DWARF 3, 5.5.6).
  private func bitOffset(of member: Dwarf_Die, width: Int?) -> Int {
    if let offset = DWARFEntry.number(member, DW_AT_data_bit_offset) { return clamped(offset) }
    let location = clamped(
      DWARFEntry.number(member, DW_AT_data_member_location)
        ?? DWARFEntry.addedOffset(member, DW_AT_data_member_location) ?? 0)
    guard let width, let fromTop = DWARFEntry.signedNumber(member, DW_AT_bit_offset) else {
      return location * 8
    }
    let storage = DWARFEntry.number(member, DW_AT_byte_size) ?? storageSize(of: member)
    let inUnit =
      isBigEndian ? Int(clamping: fromTop) : storage * 8 - Int(clamping: fromTop) - width
    return location * 8 + max(0, inUnit)
  }

  /// Offsets beyond any structure's size would overflow when they are counted in bits.
  private func clamped(_ offset: Int) -> Int { min(max(0, offset), 1 << 40) }

  private func storageSize(of member: Dwarf_Die) -> Int {
    var type = DWARFEntry.reference(member, DW_AT_type)
    for _ in 0..<TypeGraph.chainLimit {
      guard let current = type else { break }
      if let size = DWARFEntry.number(current, DW_AT_byte_size) { return size }
      type = DWARFEntry.reference(current, DW_AT_type)
    }
    return 4
  }

  private func enumeration(_ entry: Dwarf_Die) -> TypeNode {
    var enumerators: [TypeNode.Enumerator] = []
    DWARFEntry.forEachChild(of: entry) { child in
      guard DWARFEntry.tag(child) == DW_TAG_enumerator, let name = DWARFEntry.name(child) else {
        return
      }
      let value =
        DWARFEntry.signedNumber(child, DW_AT_const_value)
        ?? Int64(DWARFEntry.number(child, DW_AT_const_value) ?? 0)
      enumerators.append(TypeNode.Enumerator(name: name, value: value))
    }
    return .enumeration(
      TypeNode.Enumeration(
        name: DWARFEntry.name(entry) ?? "", byteSize: byteSize(entry),
        isSigned: enumerators.contains { $0.value < 0 }, enumerators: enumerators))
  }
}
