import ByteReading
import KernelImage
import TypeGraph

/// Why a file's programs can't be told.
public enum ProgramError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The file can't be read at all.
  case file(FileError)
  /// Bytes are missing or malformed.
  case bytes(ByteError)
  /// The file is no ELF file that can be read.
  case elf(KernelImageError)
  /// Its BTF is malformed.
  case types(path: String, TypeError)
  /// It is something else than a BPF object, or one that can't be put together.
  case malformed(path: String, problem: String)
  /// It is no corpus.
  case corpus(path: String, problem: String)

  public var description: String {
    switch self {
    case .file(let error): error.description
    case .bytes(let error): error.description
    case .elf(let error): error.description
    case .types(let path, let error): "\(path): \(error)"
    case .malformed(let path, let problem): "\(path): \(problem)"
    case .corpus(let path, let problem): "\(path): \(problem)"
    }
  }
}
