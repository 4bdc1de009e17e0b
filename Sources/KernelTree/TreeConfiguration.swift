import Digest
import Foundation

/// The configuration that a tree is audited with.
public struct TreeConfiguration: Sendable, Hashable {
  /// The file that it starts from; nil for the architecture's defaults.
  let base: String?
  /// What is in that file.
  let baseText: String
  /// What is set on top of it.
  let fragment: String

  /// - Parameter name: `defconfig` or nil for the architecture's defaults with `ConfigurationFragment`, `olddefconfig` for the
  ///   tree's own `.config`, or a file. The latter two are brought up to date as `make olddefconfig` does.
  public init(_ name: String?, of tree: SourceTree) throws(TreeError) {
    switch name {
    case nil, "defconfig":
      base = nil
      baseText = ""
      fragment = ConfigurationFragment.text
      return
    case "olddefconfig": base = "\(tree.realPath)/.config"
    case .some(let file): base = URL(fileURLWithPath: file).path
    }
    fragment = ConfigurationFragment.debugText
    do { baseText = try String(contentsOfFile: base ?? "", encoding: .utf8) } catch {
      throw .configuration(path: base ?? "", problem: error.localizedDescription)
    }
    guard baseText.contains("CONFIG_") else {
      throw .configuration(path: base ?? "", problem: "no line of it names an option (CONFIG_…)")
    }
  }

  /// Tells builds apart, in the names of directories. A file that changes is built where it was built before.
  var name: String { base.map { "file-\(sha256($0.utf8).prefix(12))" } ?? "defaults" }

  /// Tells configurations apart by what is in them.
  var key: String { String(sha256("\(name)\n\(baseText)\n\(fragment)".utf8).prefix(24)) }
}
