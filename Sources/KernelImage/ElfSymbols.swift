import ByteReading
import CLibelf

extension ElfFile {
  /// The symbols of `.symtab`, or nil where the file has none.
  ///
  /// Left out: undefined symbols, sections, source file names, mapping symbols (`$x`, `$d`) and labels
  /// of the compiler (`.L0`).
  func symbolTable() throws(KernelImageError) -> SymbolTable? {
    guard let section = sections.first(where: { $0.type == UInt32(SHT_SYMTAB) }), section.size > 0
    else { return nil }
    do throws(ByteError) {
      let entries = try contents(of: section)
      guard sections.indices.contains(section.link) else {
        throw ByteError(
          place: entries.place, offset: 0, needed: 0, available: entries.count,
          problem: "its string table, section \(section.link), does not exist")
      }
      let names = try contents(of: sections[section.link])
      return try Self.readSymbols(entries, names: names, byteOrder)
    } catch {
      throw .bytes(error)
    }
  }

  /// `Elf64_Sym`: name (4 bytes), info (1), other (1), section index (2), value (8), size (8).
  private static func readSymbols(
    _ entries: ByteView, names: ByteView, _ order: ByteOrder
  ) throws(ByteError) -> SymbolTable {
    let entrySize = MemoryLayout<Elf64_Sym>.size
    var addresses: [UInt64] = []
    var nameOffsets: [UInt32] = []
    var sizes: [UInt64] = []
    addresses.reserveCapacity(entries.count / entrySize)
    nameOffsets.reserveCapacity(entries.count / entrySize)
    sizes.reserveCapacity(entries.count / entrySize)
    for index in 0..<entries.count / entrySize {
      let entry = index * entrySize
      let info: UInt8 = try entries.integer(at: entry + 4, order)
      let sectionIndex: UInt16 = try entries.integer(at: entry + 6, order)
      let type = Int32(info & 0xf)
      guard sectionIndex != UInt16(SHN_UNDEF), type != STT_SECTION, type != STT_FILE else {
        continue
      }
      let name: UInt32 = try entries.integer(at: entry, order)
      guard Int(name) < names.count else {
        throw ByteError(
          place: entries.place, offset: entry, needed: Int(name), available: names.count,
          problem: "the name of symbol \(index) lies behind the end of \(names.place.part ?? "the string table")")
      }
      let first: UInt8 = try names.integer(at: Int(name), order)
      if first == 0x24 /* $ */ { continue }
      // Others that start with a dot are in kallsyms as well (.E_copy in x86's copy_mc_64.S).
      if first == 0x2e /* . */, Int(name) + 1 < names.count, try names.integer(at: Int(name) + 1, order) as UInt8 == 0x4c /* L */
      {
        continue
      }
      addresses.append(try entries.integer(at: entry + 8, order))
      nameOffsets.append(name)
      sizes.append(try entries.integer(at: entry + 16, order))
    }
    return SymbolTable(addresses: addresses, nameOffsets: nameOffsets, sizes: sizes, names: names)
  }
}
