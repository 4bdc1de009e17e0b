import Digest
import Foundation
import Glibc

/// The directory in which trees are checked out and built. The user's own tree and build stay as they are.
public struct TreeCache: Sendable {
  /// The directory of one tree and toolchain.
  let directory: String

  /// - Parameter root: by default `$XDG_CACHE_HOME/ctxabi/trees`, else `~/.cache/ctxabi/trees`.
  public init(root: String? = nil, tree: SourceTree, toolchain: Toolchain) throws(TreeError) {
    let base = root ?? Self.defaultRoot
    directory = "\(base)/\(tree.key)-\(toolchain.key)"
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

  /// Where a configuration is built.
  func build(_ configuration: TreeConfiguration) -> String {
    let name =
      switch configuration {
      case .defaults: "defaults"
      case .own: "own"
      case .file(let path):
        "config-" + sha256(((try? String(contentsOfFile: path, encoding: .utf8)) ?? path).utf8).prefix(12)
      }
    return "\(directory)/build-\(name)"
  }

  /// Where the snapshot of a revision's files, built with a configuration, is kept.
  ///
  /// - Parameter version: of what makes the snapshot.
  public func snapshotPath(
    for files: String, _ configuration: TreeConfiguration, _ version: String
  ) -> String {
    let key = "\(files) \(build(configuration)) \(version)"
    return "\(directory)/snapshot-\(sha256(key.utf8).prefix(24)).json"
  }

  /// Keeps other processes away from this tree's cache while `body` runs; waits for the one that is there.
  ///
  /// - Parameter wait: called once when somebody else is there.
  public func locked<R>(
    wait: () -> Void, _ body: () throws -> R
  ) throws -> R {
    let descriptor = open("\(directory)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw TreeError.cache(path: directory, problem: String(cString: strerror(errno)))
    }
    defer { close(descriptor) }
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      wait()
      while flock(descriptor, LOCK_EX) != 0 {
        guard errno == EINTR else {
          throw TreeError.cache(path: directory, problem: String(cString: strerror(errno)))
        }
      }
    }
    return try body()
  }
}
