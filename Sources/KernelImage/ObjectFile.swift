import ByteReading
import CLibelf

/// A relocatable object file of a kernel build: what it defines, and what it wants.
public struct ObjectFile: Sendable {
  public let path: String
  public let architecture: Architecture
  /// The names of its global symbols and of what it does not define, the former with all local ones.
  public let defined: Set<String>
  public let undefined: Set<String>

  /// Whether the file at `path` is an ELF file that is not linked yet.
  public static func recognises(_ path: String) -> Bool {
    guard let file = try? MappedFile(path: path), ElfFile.recognises(file.bytes), file.count > 17
    else { return false }
    return file.bytes.withBytes { $0[16] == 1 || $0[17] == 1 && $0[16] == 0 }  // e_type is ET_REL
  }

  /// Reads the symbols of an object file.
  public init(path: String) throws(KernelImageError) {
    let file: MappedFile
    do { file = try MappedFile(path: path) } catch { throw .file(error) }
    guard ElfFile.recognises(file.bytes) else {
      throw .notAKernel(path: path, problem: "is no ELF object file")
    }
    let elf = try ElfFile(file.bytes)
    guard let architecture = Architecture(elfMachine: elf.machine) else {
      throw .unsupported(path: path, problem: "its ELF machine is \(elf.machine)")
    }
    self.path = path
    self.architecture = architecture
    (defined, undefined) = try elf.objectSymbols()
  }
}

extension ElfFile {
  /// The names of the symbols that an object file defines, and of those that it does not.
  fileprivate func objectSymbols() throws(KernelImageError) -> (Set<String>, Set<String>) {
    guard let section = sections.first(where: { $0.type == UInt32(SHT_SYMTAB) }),
      sections.indices.contains(section.link)
    else { throw .notAKernel(path: path, problem: "has no symbols") }
    var defined: Set<String> = []
    var undefined: Set<String> = []
    do throws(ByteError) {
      let entries = try contents(of: section)
      let names = try contents(of: sections[section.link])
      for entry in stride(from: 24, to: entries.count - entries.count % 24, by: 24) {
        let name = try names.string(at: Int(try entries.integer(UInt32.self, at: entry, byteOrder)))
        let index: UInt16 = try entries.integer(at: entry + 6, byteOrder)
        if name.isEmpty { continue }
        if index == 0 { undefined.insert(name) } else { defined.insert(name) }
      }
    } catch { throw .bytes(error) }
    return (defined, undefined)
  }
}
