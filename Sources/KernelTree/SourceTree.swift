import Digest
import Foundation

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
    let realPath = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    self.realPath = realPath
    let git = try Git(directory: path).result(["rev-parse", "--show-toplevel"])
    if git.status != 0, FileManager.default.fileExists(atPath: "\(path)/.git") {
      // Of another owner, say: what git itself advises helps most.
      throw .git(action: "use \(path) as a git work tree", output: git.errors)
    }
    let top = git.output.trimmingCharacters(in: .whitespacesAndNewlines)
    isGit = git.status == 0 && URL(fileURLWithPath: top).resolvingSymlinksInPath().path == realPath
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
