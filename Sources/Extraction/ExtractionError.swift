import Emulation
import TypeGraph

/// Why a build's context ABI can't be extracted at all. (What can't be extracted of it is a coverage hole, not an error.)
public enum ExtractionError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The types lack something, or are not as they are known to be.
  case types(String)
  /// The debug information can't be read.
  case typeGraph(TypeError)
  /// The kernel's memory or symbols lack something.
  case kernel(String)
  /// The emulator can't be set up.
  case emulation(EmulationError)

  public var description: String {
    switch self {
    case .types(let problem), .kernel(let problem): problem
    case .typeGraph(let error): error.description
    case .emulation(let error): error.description
    }
  }
}
