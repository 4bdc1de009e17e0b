import ByteReading
import KernelImage

/// A symbol of an object file (`Elf64_Sym`).
struct ObjectSymbol: Sendable {
  let name: String
  /// The section that it is in; 0 where the file does not define it.
  let section: Int
  /// In bytes from the start of the section.
  let value: UInt64
  let size: UInt64
  let info: UInt8
  let other: UInt8

  /// STT_FUNC
  var isFunction: Bool { info & 0xf == 2 }
  /// Whether it is a global function for the verifier: libbpf marks hidden ones as static
  /// (`bpf_object__sanitize_btf`, tools/lib/bpf/libbpf.c: STV_HIDDEN and STV_INTERNAL).
  var isGlobal: Bool { info >> 4 != 0 && other & 3 != 1 && other & 3 != 2 }
}

/// A relocation that names a symbol (`Elf64_Rel`).
struct ObjectRelocation: Sendable {
  /// In bytes from the start of the section that it changes.
  let offset: UInt64
  let symbol: ObjectSymbol
}

extension ElfFile {
  /// SHT_SYMTAB, SHT_REL and SHF_EXECINSTR of elf.h.
  private static let symbolTableType: UInt32 = 2
  private static let relocationsType: UInt32 = 9
  private static let executableFlag: UInt64 = 4
  private static let programBitsType: UInt32 = 1

  /// The numbers of the sections that hold instructions, in the order of the file.
  var codeSections: [Int] {
    sections.indices.filter {
      sections[$0].type == Self.programBitsType && sections[$0].flags & Self.executableFlag != 0 && sections[$0].size > 0
    }
  }

  /// All symbols of `.symtab` by their numbers; none where the file has no such table.
  func objectSymbols() throws(ByteError) -> [ObjectSymbol] {
    guard let table = sections.first(where: { $0.type == Self.symbolTableType }),
      sections.indices.contains(table.link)
    else { return [] }
    let entries = try contents(of: table)
    let names = try contents(of: sections[table.link])
    var result: [ObjectSymbol] = []
    for entry in 0..<entries.count / 24 {
      let start = entry * 24
      let name = Int(try entries.integer(UInt32.self, at: start, byteOrder))
      result.append(
        ObjectSymbol(
          name: name == 0 ? "" : try names.string(at: name),
          section: Int(try entries.integer(UInt16.self, at: start + 6, byteOrder)),
          value: try entries.integer(at: start + 8, byteOrder), size: try entries.integer(at: start + 16, byteOrder),
          info: try entries.integer(at: start + 4, byteOrder), other: try entries.integer(at: start + 5, byteOrder)))
    }
    return result
  }

  /// The relocations of section number `section`, by the offset that they change.
  func relocations(of section: Int, _ symbols: [ObjectSymbol]) throws(ByteError) -> [UInt64: ObjectRelocation] {
    var result: [UInt64: ObjectRelocation] = [:]
    for table in sections where table.type == Self.relocationsType && table.info == section {
      let entries = try contents(of: table)
      for entry in 0..<entries.count / 16 {
        let offset: UInt64 = try entries.integer(at: entry * 16, byteOrder)
        let number = Int(try entries.integer(UInt64.self, at: entry * 16 + 8, byteOrder) >> 32)
        guard symbols.indices.contains(number) else {
          throw ByteError(
            place: entries.place, offset: entry * 16 + 8, needed: number, available: symbols.count,
            problem: "relocation \(entry) names symbol \(number); there are \(symbols.count)")
        }
        result[offset] = ObjectRelocation(offset: offset, symbol: symbols[number])
      }
    }
    return result
  }
}
