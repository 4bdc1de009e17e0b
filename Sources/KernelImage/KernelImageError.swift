import ByteReading
import Decompression
import Packages

/// Why a file can't be opened as a kernel build.
public enum KernelImageError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The file can't be read at all.
  case file(FileError)
  /// Bytes are missing or malformed.
  case bytes(ByteError)
  /// Something compressed can't be expanded.
  case decompression(DecompressionError)
  /// A package can't be read, or does not hold one kernel.
  case package(PackageError)
  /// libelf refuses the file.
  case elf(path: String, problem: String)
  /// The file is something else than a kernel.
  case notAKernel(path: String, problem: String)
  /// A kernel, but one that can't be audited.
  case unsupported(path: String, problem: String)

  public var description: String {
    switch self {
    case .file(let error): error.description
    case .bytes(let error): error.description
    case .decompression(let error): error.description
    case .package(let error): error.description
    case .elf(let path, let problem): "\(path): not a readable ELF file: \(problem)"
    case .notAKernel(let path, let problem): "\(path): \(problem)"
    case .unsupported(let path, let problem): "\(path): can't be audited: \(problem)"
    }
  }
}
