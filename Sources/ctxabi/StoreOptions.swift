import ArgumentParser
import Baselines
import KernelImage

/// Where baselines are kept: shared by all commands that use them.
struct StoreOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The directory that baselines and waivers are kept in.", valueName: "directory"),
    completion: .directory)
  var store = StoreOptions.usualDirectory

  static let usualDirectory = "Baselines"

  var baselines: BaselineStore { BaselineStore(directory: store) }

  /// For commands about all of the store: one that is not there is no empty one.
  func requireDirectory() throws {
    guard baselines.exists else {
      throw Failure(message: "\(store): there is no such directory; 'ctxabi baseline add' makes it, --store names another")
    }
  }
}

extension StoreOptions {
  /// The name of the baseline that `word` means. Where it is not its name, the standard error says which one was taken.
  ///
  /// - Parameter mayBeFile: whether a file could have been meant as well.
  static func baseline(_ word: String, in store: BaselineStore, mayBeFile: Bool = false) throws -> String {
    let match = try withStore { () throws(BaselineError) in try store.match(word, architecture: Architecture.host?.rawValue ?? "")
    }
    switch match {
    case .named(let name): return name
    case .found(let name, let others):
      let rest = others.isEmpty ? "" : " (there are \(others.joined(separator: ", ")), too)"
      Console.error("\(word): taking the baseline \(name)\(rest)")
      return name
    case .several(let names):
      throw Failure(message: "\(word): may be \(names.joined(separator: ", ")); say which", status: Failure.unknownName)
    case .none:
      let names = try withStore { () throws(BaselineError) in try store.names() }
      let what =
        mayBeFile
        ? "\(word): there is neither a file nor a baseline of this name (in \(store.directory))"
        : "\(store.directory): there is no baseline \(word)"
      let rest = names.isEmpty && !mayBeFile ? "; the store is empty" : Suggestion.text(for: word, among: names)
      throw Failure(message: what + rest, status: Failure.unknownName)
    }
  }
}

extension StoreOptions {
  /// Every baseline of this machine's architecture, the oldest release first.
  func ownBaselines() throws -> [String] {
    try requireDirectory()
    let architecture = Architecture.host?.rawValue ?? ""
    let names = try withStore { () throws(BaselineError) in try baselines.names(of: architecture) }
    guard !names.isEmpty else {
      throw Failure(message: "\(store): holds no baseline for \(architecture); name builds with --on")
    }
    return names
  }
}

/// Turns what the store refuses into a failure of the command.
func withStore<R>(_ body: () throws(BaselineError) -> R) throws -> R {
  do { return try body() } catch {
    if case .missing = error { throw Failure(message: error.description, status: Failure.unknownName) }
    throw Failure(message: error.description)
  }
}
