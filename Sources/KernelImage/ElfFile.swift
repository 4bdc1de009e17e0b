import ByteReading
import CLibelf

/// An ELF file's headers, read by libelf over our own private mapping of the file.
public final class ElfFile {
  /// One section, as its header describes it.
  public struct Section: Sendable {
    public let name: String
    public let type: UInt32
    public let flags: UInt64
    /// The virtual address, 0 where the section is not loaded.
    public let address: UInt64
    public let offset: UInt64
    public let size: UInt64
    /// The index of the section that this one refers to (a symbol table's strings).
    public let link: Int
    /// Depends on the type; of relocations, the index of the section that they change.
    public let info: Int
  }

  /// A part of the file that is loaded into memory (`PT_LOAD`).
  struct ProgramHeader {
    let type: UInt32
    let offset: UInt64
    let address: UInt64
    let fileSize: UInt64
    let memorySize: UInt64
  }

  /// All of the file.
  public let bytes: ByteView
  public let byteOrder: ByteOrder
  public let machine: UInt16
  public let sections: [Section]
  let programHeaders: [ProgramHeader]
  var path: String { bytes.place.file }

  /// Whether `bytes` start as an ELF file does.
  public static func recognises(_ bytes: ByteView) -> Bool {
    bytes.count >= 4 && bytes.withBytes { $0.starts(with: [0x7f, 0x45, 0x4c, 0x46]) }
  }

  /// Reads the headers of the ELF file in `bytes`.
  ///
  /// - Throws: `KernelImageError` when it is cut off, malformed or no 64-bit ELF file.
  public init(_ bytes: ByteView) throws(KernelImageError) {
    self.bytes = bytes
    let path = bytes.place.file
    _ = elf_version(UInt32(EV_CURRENT))
    let start = UnsafeMutableRawPointer(mutating: bytes.unsafeStart)
    guard let elf = elf_memory(start.assumingMemoryBound(to: CChar.self), bytes.count) else {
      throw .elf(path: path, problem: Self.lastProblem())
    }
    defer { elf_end(elf) }
    guard elf_kind(elf) == ELF_K_ELF else {
      throw .elf(path: path, problem: "it does not start with an ELF header")
    }
    guard gelf_getclass(elf) == ELFCLASS64 else {
      throw .unsupported(path: path, problem: "it is a 32-bit kernel; BPF context conversion of 32-bit kernels is not read")
    }
    var header = GElf_Ehdr()
    guard gelf_getehdr(elf, &header) != nil else {
      throw .elf(path: path, problem: Self.lastProblem())
    }
    byteOrder = header.e_ident.5 == UInt8(ELFDATA2MSB) ? .big : .little
    machine = header.e_machine
    try Self.checkTables(header, of: bytes)
    programHeaders = try Self.readProgramHeaders(elf, path: path)
    sections = try Self.readSections(elf, path: path)
  }

  /// The first section of this name that has bytes in the file.
  public func section(_ name: String) -> Section? {
    sections.first { $0.name == name && $0.type != UInt32(SHT_NOBITS) && $0.size > 0 }
  }

  /// The bytes of `section` as they lie in the file.
  public func contents(of section: Section) throws(ByteError) -> ByteView {
    try bytes.slice(
      at: Int(clamping: section.offset), length: Int(clamping: section.size), part: section.name)
  }

  private static func lastProblem() -> String { String(cString: elf_errmsg(-1)) }

  /// libelf passes over tables that lie behind the end of the file; we do not.
  private static func checkTables(_ header: GElf_Ehdr, of bytes: ByteView) throws(KernelImageError) {
    for (name, offset, count, size) in [
      ("program headers", header.e_phoff, header.e_phnum, header.e_phentsize),
      ("section headers", header.e_shoff, header.e_shnum, header.e_shentsize),
    ] where count > 0 {
      do throws(ByteError) {
        _ = try bytes.slice(
          at: Int(clamping: offset), length: Int(count) * Int(size), part: name)
      } catch {
        throw .bytes(
          ByteError(
            place: BytePlace(file: bytes.place.file, part: name), offset: error.offset,
            needed: error.needed, available: error.available,
            problem: "the file ends at \(bytes.count); is it a part of a longer one?"))
      }
    }
  }

  private static func readProgramHeaders(
    _ elf: OpaquePointer, path: String
  ) throws(KernelImageError) -> [ProgramHeader] {
    var count = 0
    guard elf_getphdrnum(elf, &count) == 0 else { throw .elf(path: path, problem: lastProblem()) }
    var result: [ProgramHeader] = []
    for index in 0..<count {
      var header = GElf_Phdr()
      guard gelf_getphdr(elf, Int32(index), &header) != nil else {
        throw .elf(path: path, problem: "program header \(index): \(lastProblem())")
      }
      result.append(
        ProgramHeader(
          type: header.p_type, offset: header.p_offset, address: header.p_vaddr,
          fileSize: header.p_filesz, memorySize: header.p_memsz))
    }
    return result
  }

  private static func readSections(
    _ elf: OpaquePointer, path: String
  ) throws(KernelImageError) -> [Section] {
    var count = 0
    var names = 0
    guard elf_getshdrnum(elf, &count) == 0 else { throw .elf(path: path, problem: lastProblem()) }
    guard count > 0 else { return [] }
    guard elf_getshdrstrndx(elf, &names) == 0 else {
      throw .elf(path: path, problem: lastProblem())
    }
    var result: [Section] = []
    for index in 0..<count {
      var header = GElf_Shdr()
      guard gelf_getshdr(elf_getscn(elf, index), &header) != nil else {
        throw .elf(path: path, problem: "section header \(index): \(lastProblem())")
      }
      let name = elf_strptr(elf, names, Int(header.sh_name)).map { String(cString: $0) } ?? ""
      result.append(
        Section(
          name: name, type: header.sh_type, flags: header.sh_flags, address: header.sh_addr,
          offset: header.sh_offset, size: header.sh_size, link: Int(header.sh_link),
          info: Int(header.sh_info)))
    }
    return result
  }
}
