import BPF
import ByteReading
import KernelImage
import TypeGraph

/// A compiled BPF object: an ELF file of either byte order, as clang, gcc and `bpftool gen object` write it.
public struct ProgramObject: Sendable {
  public let path: String
  public let byteOrder: ByteOrder
  /// In the order of the file.
  public let programs: [CompiledProgram]

  /// EM_BPF of elf.h; compilers of long ago wrote none.
  private static let machines: Set<UInt16> = [0, 247]
  /// No object that a kernel takes is near that size.
  private static let sizeLimit = 256 << 20

  /// Whether a file starts as a BPF object does.
  public static func isObject(_ start: [UInt8]) -> Bool {
    guard start.starts(with: [0x7f, 0x45, 0x4c, 0x46]), start.count >= 20 else { return false }
    // e_machine, in the byte order that e_ident names.
    return (start[5] == 2 ? [start[18], start[19]] : [start[19], start[18]]) == [0, 247]
  }

  /// Reads the object in the file at `path`.
  ///
  /// - Parameter kind: what its programs are, where their sections don't tell.
  public init(path: String, kind: ProgramKind? = nil) throws(ProgramError) {
    let file: MappedFile
    do { file = try MappedFile(path: path) } catch { throw .file(error) }
    try self.init(file.bytes, kind: kind)
  }

  /// Reads the object in `bytes`.
  public init(_ bytes: ByteView, kind: ProgramKind? = nil) throws(ProgramError) {
    path = bytes.place.file
    guard bytes.count <= Self.sizeLimit else {
      throw .malformed(path: path, problem: "is \(bytes.count) bytes long; \(Self.sizeLimit) are the most that is read")
    }
    guard ElfFile.recognises(bytes) else { throw .malformed(path: path, problem: "is no ELF file, so no BPF object") }
    let elf: ElfFile
    do { elf = try ElfFile(bytes) } catch { throw .elf(error) }
    guard Self.machines.contains(elf.machine) else {
      throw .malformed(path: path, problem: "is an ELF file for machine \(elf.machine), not for BPF (247)")
    }
    byteOrder = elf.byteOrder
    programs = try ObjectReader(elf).programs(kind)
  }
}
