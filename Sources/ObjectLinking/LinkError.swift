import KernelImage
import Processes

/// Why object files can't be made a kernel image.
public enum LinkError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A file can't be read as an object file.
  case object(KernelImageError)
  /// The objects don't go together.
  case mixed(String)
  /// The linker can't be run.
  case tool(CommandError)
  /// The linker refuses.
  case linker(name: String, output: String)
  /// A file can't be written.
  case file(path: String, problem: String)

  public var description: String {
    switch self {
    case .object(let error): error.description
    case .mixed(let problem): problem
    case .tool(let error): error.description
    case .linker(let name, let output): "\(name) can't link the objects:\n\(output)"
    case .file(let path, let problem): "\(path): \(problem)"
    }
  }
}
