import ContextABI

/// Why the store of baselines can't do what it was asked for.
public enum BaselineError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The store's directory, or a file in it, can't be read or written.
  case file(path: String, problem: String)
  /// There is no baseline of this name.
  case missing(name: String, store: String, known: [String])
  /// There is one already.
  case exists(name: String)
  /// Names are file names: letters, digits and `. _ + -`.
  case badName(String)
  /// The file is no baseline that can be used.
  case snapshot(SnapshotError)
  /// No baseline is of the build's architecture.
  case noneForArchitecture(String, store: String, known: [String])
  /// Another process is writing to the store.
  case busy(path: String)
  /// A waiver that is to be written would accept no change.
  case acceptsNothing(String)
  /// Another waiver accepts all that this one would.
  case accepted(String)
  /// The file of waivers is wrong.
  case waivers(path: String, problem: String)

  public var description: String {
    switch self {
    case .file(let path, let problem): "\(path): \(problem)"
    case .missing(let name, let store, let known):
      "\(store): there is no baseline \(name); \(Self.list(known))"
    case .exists(let name):
      "there is a baseline \(name) already: use 'baseline update' to change it"
    case .badName(let name):
      "\"\(name)\" is no name for a baseline: letters, digits and . _ + - make one"
    case .snapshot(let error): error.description
    case .noneForArchitecture(let architecture, let store, let known):
      "\(store): no baseline is of architecture \(architecture); \(Self.list(known)). 'ctxabi baseline add' makes one"
    case .busy(let path): "\(path): another ctxabi is writing to the store; try again"
    case .acceptsNothing(let title):
      "a waiver for \(title) would accept nothing: the change is not about these programs alone"
    case .accepted(let title): "\(title): another waiver accepts this already"
    case .waivers(let path, let problem): "\(path): \(problem)"
    }
  }

  private static func list(_ names: [String]) -> String {
    names.isEmpty ? "the store is empty" : "there are \(names.joined(separator: ", "))"
  }
}
