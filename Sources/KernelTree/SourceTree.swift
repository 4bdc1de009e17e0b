import Digest
import Foundation
import Processes

/// A directory with the sources of a kernel.
public struct SourceTree: Sendable, Hashable {
  /// The path as the user gave it.
  public let path: String
  /// The path without links.
  let realPath: String
  /// Whether it is a git work tree.
  public let isGit: Bool

  /// Whether a path is worth being asked for as a tree.
  public static func isDirectory(_ path: String) -> Bool {
    var isDirectory: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
      && isDirectory.boolValue
  }

  /// Looks at a directory.
  ///
  /// - Throws: `TreeError` when it holds no kernel sources.
  public init(path: String) throws(TreeError) {
    self.path = path
    guard Self.isDirectory(path) else {
      throw .notATree(path: path, problem: "there is no such directory")
    }
    for needed in ["Makefile", "Kbuild", "include/uapi/linux/bpf.h", "kernel/bpf/verifier.c", "net/core/filter.c"]
    where !FileManager.default.fileExists(atPath: "\(path)/\(needed)") {
      throw .notATree(path: path, problem: "it has no \(needed)")
    }
    realPath = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let git = try? ExternalCommand(
      name: "git", arguments: ["-C", path, "rev-parse", "--show-toplevel"]
    ).run()
    isGit =
      git?.status == 0
      && git.map {
        URL(fileURLWithPath: $0.output.trimmingCharacters(in: .whitespacesAndNewlines))
          .resolvingSymlinksInPath().path
      } == realPath
  }

  /// The tree's own vmlinux, where it is newer than every source file.
  public var currentKernel: String? {
    let kernel = "\(path)/vmlinux"
    guard let built = Self.modified(kernel) else { return nil }
    guard
      let files = FileManager.default.enumerator(
        at: URL(fileURLWithPath: path),
        includingPropertiesForKeys: [.contentModificationDateKey, .isRegularFileKey],
        options: [.skipsHiddenFiles])
    else { return nil }
    for case let file as URL in files where Self.sourceEndings.contains(file.pathExtension) {
      if let date = Self.modified(file.path), date > built { return nil }
    }
    if let date = Self.modified("\(path)/.config"), date > built { return nil }
    return kernel
  }

  private static let sourceEndings: Set<String> = ["c", "h", "S"]

  private static func modified(_ path: String) -> Date? {
    (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
  }

  /// Tells trees apart, in the names of directories.
  var key: String { String(sha256(realPath.utf8).prefix(12)) }
}
