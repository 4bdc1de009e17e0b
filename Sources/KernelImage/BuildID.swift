import ByteReading
import CLibelf

/// The GNU build id: what tells one build from all others (`ld --build-id`), in the NT_GNU_BUILD_ID note.
enum BuildID {
  /// The build id of a kernel without section headers: its notes lie between `__start_notes` and `__stop_notes`
  /// (include/asm-generic/vmlinux.lds.h, NOTES).
  static func inMemory(_ memory: KernelMemory, _ symbols: SymbolTable) -> String? {
    guard let start = symbols.address(of: "__start_notes"),
      let stop = symbols.address(of: "__stop_notes"), start < stop,
      let bytes = try? memory.bytes(at: start),
      let notes = try? bytes.slice(at: 0, length: Int(clamping: stop - start), part: "notes")
    else { return nil }
    return try? inNotes(notes, memory.byteOrder)
  }

  /// A note is three words (name size, description size, type), the name and the description, each padded to 4 bytes.
  static func inNotes(_ notes: ByteView, _ order: ByteOrder) throws(ByteError) -> String? {
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
