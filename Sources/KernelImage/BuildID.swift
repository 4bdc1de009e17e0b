import ByteReading
import CLibelf

/// The GNU build id: what tells one build from all others (`ld --build-id`), in the NT_GNU_BUILD_ID note.
public enum BuildID {
  /// The build id of a kernel without section headers: its notes lie between `__start_notes` and `__stop_notes`
  /// (include/asm-generic/vmlinux.lds.h, NOTES).
  static func inMemory(_ memory: KernelMemory, _ symbols: SymbolTable) -> String? {
    guard let start = symbols.address(of: "__start_notes"),
      let stop = symbols.address(of: "__stop_notes"), start < stop,
      let bytes = try? memory.bytes(at: start),
      let notes = try? bytes.slice(at: 0, length: Int(clamping: stop - start), part: "notes")
    else { return anywhere(memory) }
    return try? inNotes(notes, memory.byteOrder)
  }

  /// The build id of a kernel whose symbols name no data either: the only note of one that does not belong to a vDSO, a
  /// small ELF file that the kernel holds for programs.
  private static func anywhere(_ memory: KernelMemory) -> String? {
    var found: Set<String> = []
    // Name size 4, any description size, type 3, name.
    for segment in memory.segments {
      var start = 0
      while let name = segment.bytes.firstIndex(of: Array("GNU\0".utf8), from: start) {
        start = name + 1
        guard name % 4 == 0, name >= 12, !isInEmbeddedFile(segment.bytes, name),
          let rest = try? segment.bytes.slice(at: name - 12, length: segment.bytes.count - name + 12),
          let type: UInt32 = try? rest.integer(at: 8, memory.byteOrder), type == NT_GNU_BUILD_ID,
          let size: UInt32 = try? rest.integer(at: 4, memory.byteOrder), (8...64).contains(size),
          let identifier = try? inNotes(rest, memory.byteOrder)
        else { continue }
        found.insert(identifier)
      }
    }
    return found.count == 1 ? found.first : nil
  }

  /// Whether an ELF file starts at one of the 16 pages before `offset`.
  private static func isInEmbeddedFile(_ bytes: ByteView, _ offset: Int) -> Bool {
    let page = 4096
    return (0..<16).contains { pages in
      let start = offset / page * page - pages * page
      guard start >= 0, let file = try? bytes.slice(at: start, length: bytes.count - start) else { return false }
      return ElfFile.recognises(file)
    }
  }

  /// The description of the GNU build id among `notes`, in lower-case hexadecimal; nil where there is none.
  ///
  /// A note is three words (name size, description size, type), the name and the description, each padded to 4 bytes.
  public static func inNotes(_ notes: ByteView, _ order: ByteOrder) throws(ByteError) -> String? {
    var offset = 0
    while offset + 12 <= notes.count {
      let nameSize = Int(try notes.integer(UInt32.self, at: offset, order))
      let size = Int(try notes.integer(UInt32.self, at: offset + 4, order))
      let type: UInt32 = try notes.integer(at: offset + 8, order)
      let description = offset + 12 + (nameSize + 3) & ~3
      if type == UInt32(NT_GNU_BUILD_ID), nameSize == 4,
        try notes.string(at: offset + 12) == "GNU"
      {
        return try notes.slice(at: description, length: size).withBytes { bytes in
          bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
      }
      offset = description + (size + 3) & ~3
    }
    return nil
  }
}

extension ElfFile {
  /// The build id in the file's note sections.
  func buildID() -> String? {
    for section in sections where section.type == UInt32(SHT_NOTE) {
      guard let notes = try? contents(of: section) else { continue }
      if let identifier = try? BuildID.inNotes(notes, byteOrder) { return identifier }
    }
    return nil
  }
}
