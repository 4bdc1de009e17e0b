import ContextABI

/// Why the store of baselines can't do what it was asked for.
public enum BaselineError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The store's directory, or a file in it, can't be read or written.
  case file(path: String, problem: String)
  /// There is no baseline of this name.
  case missing(name: String, known: [String])
  /// There is one already.
  case exists(name: String)
  /// Names are file names: letters, digits and `. _ + -`.
  case badName(String)
  /// The file is no baseline that can be used.
  case snapshot(SnapshotError)
  /// No baseline is of the build's architecture.
  case noneForArchitecture(String, known: [String])
  /// Another process is writing to the store.
  case busy(path: String)
  /// The file of waivers is wrong.
  case waivers(path: String, problem: String)

  public var description: String {
    switch self {
    case .file(let path, let problem): "\(path): \(problem)"
    case .missing(let name, let known):
      "there is no baseline \(name); \(Self.list(known))"
    case .exists(let name):
      "there is a baseline \(name) already: use 'baseline update' to change it"
    case .badName(let name):
      "\"\(name)\" is no name for a baseline: letters, digits and . _ + - make one"
    case .snapshot(let error): error.description
    case .noneForArchitecture(let architecture, let known):
      "no baseline is of architecture \(architecture); \(Self.list(known))"
    case .busy(let path): "\(path): another ctxabi is writing to the store; try again"
    case .waivers(let path, let problem): "\(path): \(problem)"
    }
  }

  private static func list(_ names: [String]) -> String {
    names.isEmpty ? "the store is empty" : "there are \(names.joined(separator: ", "))"
  }
}
