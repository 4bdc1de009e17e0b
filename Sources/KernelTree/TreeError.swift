import ObjectLinking
import Processes

/// Why a kernel tree can't be built or compared.
public enum TreeError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The directory holds no kernel sources.
  case notATree(path: String, problem: String)
  /// A program that is needed is missing, or can't be started.
  case tool(CommandError)
  /// git refuses.
  case git(action: String, output: String)
  /// The kernel's make failed.
  case build(what: String, output: String)
  /// The configuration can't be used.
  case configuration(path: String, problem: String)
  /// The cache can't be used.
  case cache(path: String, problem: String)
  /// The objects can't be linked.
  case link(LinkError)

  public var description: String {
    switch self {
    case .notATree(let path, let problem): "\(path): is no kernel source tree: \(problem)"
    case .tool(let error): error.description
    case .git(let action, let output): "can't \(action):\n\(output)"
    case .build(let what, let output): "\(what) does not build:\n\(output)"
    case .configuration(let path, let problem): "\(path): can't be used as the configuration: \(problem)"
    case .cache(let path, let problem): "\(path): \(problem)"
    case .link(let error): error.description
    }
  }
}
