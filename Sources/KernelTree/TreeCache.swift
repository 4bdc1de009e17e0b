import Digest
import Foundation

/// The directory in which a tree is checked out and built. The user's own tree and build stay as they are.
public struct TreeCache: Sendable {
  /// The directory of one tree.
  let directory: String

  /// - Parameter root: by default `$XDG_CACHE_HOME/ctxabi/trees`, else `~/.cache/ctxabi/trees`.
  public init(root: String? = nil, tree: SourceTree) throws(TreeError) {
    // Make wants absolute paths, and none with a space or a colon (the kernel's Makefile refuses them).
    let base = URL(fileURLWithPath: root ?? Self.defaultRoot).path
    directory = "\(base)/\(tree.key)"
    do {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    } catch { throw .cache(path: directory, problem: error.localizedDescription) }
  }

  private static var defaultRoot: String {
    let environment = ProcessInfo.processInfo.environment
    let home = environment["HOME"] ?? NSHomeDirectory()
    let cache = environment["XDG_CACHE_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? "\(home)/.cache"
    return "\(cache)/ctxabi/trees"
  }

  /// Where revisions are checked out, one after the other, so that make compiles only what differs.
  var checkout: String { "\(directory)/source" }

  /// A copy of the index of the user's tree.
  var index: String { "\(directory)/index" }

  /// Where a configuration is built by a toolchain.
  func build(_ configuration: TreeConfiguration, _ toolchain: Toolchain) -> String {
    "\(directory)/build-\(configuration.name)-\(toolchain.key)"
  }

  /// Held while the cache is used, by one process at a time.
  ///
  /// - Parameter wait: called once when another process is there, which is then waited for.
  public func lock(wait: () -> Void) throws(TreeError) -> CacheLock {
    try CacheLock(path: "\(directory)/lock", wait: wait)
  }
}
