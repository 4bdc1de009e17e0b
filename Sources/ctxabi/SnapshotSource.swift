import Baselines
import ByteReading
import ContextABI
import Foundation
import KernelTree

/// A snapshot that a user names: a kernel build, a kernel tree, a snapshot file, or a baseline.
struct SnapshotSource {
  let name: String
  let settings: BuildSettings
  let store: BaselineStore
  /// Where trees are built; nil for the user's cache.
  var treeCache: String?

  /// What a name stands for.
  enum Kind {
    case build, tree, file
    case baseline(String)
  }

  /// Reads or makes the snapshot. A file counts more than a baseline of the same name.
  func load() throws -> Snapshot { try load(kind()) }

  func load(_ kind: Kind) throws -> Snapshot {
    switch kind {
    case .build: return try settings.snapshot(of: name)
    case .tree: return try TreeAuditor(name, settings, cacheRoot: treeCache).currentSnapshot()
    case .file: do { return try Snapshot(path: name) } catch { throw Failure(message: error.description) }
    case .baseline(let baseline): return try withStore { () throws(BaselineError) in try store.load(baseline) }
    }
  }

  func kind() throws -> Kind {
    if name == LiveBuild.name || name == OutputFile.standardOutput { return .build }
    guard FileManager.default.fileExists(atPath: name) else {
      // What has a slash is no baseline's name, but a file's.
      return name.contains("/") ? .build : .baseline(try StoreOptions.baseline(name, in: store, mayBeFile: true))
    }
    if SourceTree.isDirectory(name) { return .tree }
    return try Self.isSnapshot(name) ? .file : .build
  }

  /// Whether a file starts as JSON does.
  private static func isSnapshot(_ path: String) throws -> Bool {
    let start: [UInt8]
    do { start = try RegularFile(path: path).start(64) } catch { throw Failure(message: error.description) }
    return start.first { !($0 == 0x20 || (0x09...0x0d).contains($0)) } == UInt8(ascii: "{")
  }
}
