import CLibdw

/// What libdw tells of one debugging information entry, in Swift's terms.
enum DWARFEntry {
  static func tag(_ entry: Dwarf_Die) -> Int {
    var entry = entry
    return Int(dwarf_tag(&entry))
  }

  static func rawName(_ entry: Dwarf_Die) -> UnsafePointer<CChar>? {
    var entry = entry
    return dwarf_diename(&entry)
  }

  static func name(_ entry: Dwarf_Die) -> String? {
    rawName(entry).map { String(cString: $0) }
  }

  static func isDeclaration(_ entry: Dwarf_Die) -> Bool { flag(entry, DW_AT_declaration) }

  static func flag(_ entry: Dwarf_Die, _ attribute: Int) -> Bool {
    var entry = entry
    var found = Dwarf_Attribute()
    var value = false
    guard dwarf_attr(&entry, UInt32(attribute), &found) != nil,
      dwarf_formflag(&found, &value) == 0
    else { return false }
    return value
  }

  /// An attribute that is a number without sign.
  static func number(_ entry: Dwarf_Die, _ attribute: Int) -> Int? {
    var entry = entry
    var found = Dwarf_Attribute()
    var value: Dwarf_Word = 0
    guard dwarf_attr(&entry, UInt32(attribute), &found) != nil,
      dwarf_formudata(&found, &value) == 0
    else { return nil }
    return Int(exactly: value)
  }

  /// An attribute that is a number which may have a sign.
  ///
  /// Compilers write what is negative with a form of its own (`DW_FORM_sdata`), so a number of a fixed width has no sign:
  /// the enumerator 200 in one byte is not -56 (gen_enumeration_type_die, gcc/dwarf2out.cc).
  static func signedNumber(_ entry: Dwarf_Die, _ attribute: Int) -> Int64? {
    var entry = entry
    var found = Dwarf_Attribute()
    guard dwarf_attr(&entry, UInt32(attribute), &found) != nil else { return nil }
    switch Int(dwarf_whatform(&found)) {
    case DW_FORM_data1, DW_FORM_data2, DW_FORM_data4:
      var value: Dwarf_Word = 0
      return dwarf_formudata(&found, &value) == 0 ? Int64(exactly: value) : nil
    default:
      var value: Dwarf_Sword = 0
      return dwarf_formsdata(&found, &value) == 0 ? value : nil
    }
  }

  /// An attribute that is an expression which adds a number to an address (`DW_OP_plus_uconst`), as DWARF 2 says where a
  /// member is.
  static func addedOffset(_ entry: Dwarf_Die, _ attribute: Int) -> Int? {
    var entry = entry
    var found = Dwarf_Attribute()
    var operations: UnsafeMutablePointer<Dwarf_Op>?
    var count = 0
    guard dwarf_attr(&entry, UInt32(attribute), &found) != nil,
      dwarf_getlocation(&found, &operations, &count) == 0, count == 1, let operations,
      operations[0].atom == UInt8(DW_OP_plus_uconst)
    else { return nil }
    return Int(exactly: operations[0].number)
  }

  /// The entry that an attribute refers to: in this unit, another one, or a type unit.
  static func reference(_ entry: Dwarf_Die, _ attribute: Int) -> Dwarf_Die? {
    var entry = entry
    var found = Dwarf_Attribute()
    var target = Dwarf_Die()
    guard dwarf_attr(&entry, UInt32(attribute), &found) != nil,
      dwarf_formref_die(&found, &target) != nil
    else { return nil }
    return target
  }

  /// Calls `body` with each child of `entry`.
  static func forEachChild(of entry: Dwarf_Die, _ body: (Dwarf_Die) -> Void) {
    var entry = entry
    var child = Dwarf_Die()
    guard dwarf_child(&entry, &child) == 0 else { return }
    var next = Dwarf_Die()
    while true {
      body(child)
      guard dwarf_siblingof(&child, &next) == 0 else { return }
      child = next
    }
  }

  /// The name space that `entry`'s name is looked up in, where it is a type.
  static func namedKind(_ entry: Dwarf_Die) -> NamedKind? {
    switch tag(entry) {
    case DW_TAG_structure_type, DW_TAG_union_type: .composite
    case DW_TAG_enumeration_type: .enumeration
    case DW_TAG_typedef: .alias
    default: nil
    }
  }

  /// The file that declares `entry`, relative to the source tree where the compiler was told so.
  static func declarationFile(_ entry: Dwarf_Die) -> String? {
    var entry = entry
    return dwarf_decl_file(&entry).map { String(cString: $0) }
  }
}
