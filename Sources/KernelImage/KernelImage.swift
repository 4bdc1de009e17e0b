import ByteReading
import CLibelf

/// A kernel build, opened: its memory, its symbols, and what says where it comes from.
public struct KernelImage: Sendable {
  /// The file that it was read from, as the user gave it.
  public let path: String
  public let architecture: Architecture
  public let memory: KernelMemory
  public let symbols: SymbolTable
  /// The release (`uname -r`), the compiler and the whole text of `linux_banner`.
  public let banner: Banner
  /// The GNU build id in lower-case hexadecimal, where there is one.
  public let buildID: String?
  /// The `.BTF` section's bytes, where there is one.
  public let btf: ByteView?
  /// The file whose DWARF describes this build: the file itself, or a separate debug file.
  public let dwarfFile: String?

  /// Opens the kernel build in the file at `path`.
  ///
  /// - Parameter debugDirectories: where separate debug files are looked for, besides the file's own directory.
  public static func open(
    _ path: String, debugDirectories: [String] = ["/usr/lib/debug"]
  ) throws(KernelImageError) -> KernelImage {
    let file: MappedFile
    do { file = try MappedFile(path: path) } catch { throw .file(error) }
    guard ElfFile.recognises(file.bytes) else {
      throw .notAKernel(path: path, problem: "is not an ELF file, so not a vmlinux")
    }
    return try KernelImage(elf: ElfFile(file.bytes), debugDirectories: debugDirectories)
  }

  init(elf: ElfFile, debugDirectories: [String]) throws(KernelImageError) {
    path = elf.path
    guard let architecture = Architecture(elfMachine: elf.machine) else {
      throw .unsupported(
        path: path,
        problem:
          "its ELF machine is \(elf.machine); x86-64, arm64, riscv64 and s390x kernels are read")
    }
    guard architecture.byteOrder == elf.byteOrder else {
      throw .unsupported(
        path: path, problem: "a \(elf.byteOrder)-endian \(architecture.rawValue) kernel")
    }
    self.architecture = architecture
    let segments = try elf.loadableSegments()
    try elf.applyRelativeRelocations(to: segments, architecture: architecture)
    memory = KernelMemory(segments: segments, byteOrder: elf.byteOrder, file: path)
    guard let symbols = try elf.symbolTable() else {
      throw .notAKernel(path: path, problem: "has no symbol table (.symtab); a stripped vmlinux can't be read")
    }
    self.symbols = symbols
    banner = try Banner(memory: memory, symbols: symbols, path: path)
    buildID = elf.buildID()
    do throws(ByteError) {
      btf = try elf.section(".BTF").map { section throws(ByteError) in
        try elf.contents(of: section)
      }
    } catch {
      throw .bytes(error)
    }
    dwarfFile = elf.dwarfFile(buildID: buildID, debugDirectories: debugDirectories)
  }
}

extension ElfFile {
  /// The segments that make up the kernel's memory.
  ///
  /// Left out is what is loaded at address 0: the template of the per-CPU data of x86 kernels before 6.15, which is no
  /// memory of the kernel, and would make null pointers readable.
  func loadableSegments() throws(KernelImageError) -> [Segment] {
    var segments: [Segment] = []
    for header in programHeaders
    where header.type == UInt32(PT_LOAD) && header.memorySize > 0 && header.address >= 0x10000 {
      // A memory size is taken as it is written only up to a bound no kernel reaches: it is mapped later.
      guard header.memorySize <= 1 << 32, header.fileSize <= header.memorySize,
        header.address <= UInt64.max - header.memorySize
      else {
        throw .elf(
          path: path,
          problem:
            "the segment at \(hexadecimal(header.address)) has a memory size of \(hexadecimal(header.memorySize)) and a file size of \(hexadecimal(header.fileSize))"
        )
      }
      do throws(ByteError) {
        segments.append(
          Segment(
            address: header.address, memorySize: Int(header.memorySize),
            bytes: try bytes.slice(
              at: Int(clamping: header.offset), length: Int(header.fileSize),
              part: "segment at \(hexadecimal(header.address))")))
      } catch {
        throw .bytes(error)
      }
    }
    segments.sort { $0.address < $1.address }
    for (lower, upper) in zip(segments, segments.dropFirst())
    where upper.address - lower.address < UInt64(lower.memorySize) {
      throw .elf(
        path: path,
        problem: "the segments at \(hexadecimal(lower.address)) and \(hexadecimal(upper.address)) overlap")
    }
    guard !segments.isEmpty else {
      throw .notAKernel(path: path, problem: "has no loadable segment, so it is no linked kernel")
    }
    return segments
  }

  /// The NT_GNU_BUILD_ID note's description.
  func buildID() -> String? {
    for section in sections where section.type == UInt32(SHT_NOTE) {
      guard let notes = try? contents(of: section) else { continue }
      if let identifier = try? Self.buildID(in: notes, byteOrder) { return identifier }
    }
    return nil
  }

  /// The description of the GNU build id among `notes`, in lower-case hexadecimal.
  ///
  /// A note is three words (name size, description size, type), the name and the description, each padded to 4 bytes.
  public static func buildID(in notes: ByteView, _ order: ByteOrder) throws(ByteError) -> String? {
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
