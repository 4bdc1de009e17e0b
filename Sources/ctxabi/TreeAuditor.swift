import ContextABI
import Foundation
import KernelImage
import KernelTree

/// Makes snapshots of revisions of a kernel tree.
final class TreeAuditor {
  let tree: SourceTree
  private let settings: BuildSettings
  private let cache: TreeCache
  private let toolchain = Toolchain()
  private let configuration: TreeConfiguration
  private let progress = Console.Progress()
  private var knownCheckout: Checkout?

  /// - Parameter cacheRoot: where trees are checked out and built; nil for the user's cache.
  init(_ path: String, _ settings: BuildSettings, cacheRoot: String?) throws {
    self.settings = settings
    switch settings.config {
    case nil, "defconfig": configuration = .defaults
    case "olddefconfig": configuration = .own
    case .some(let file): configuration = .file(file)
    }
    do {
      tree = try SourceTree(path: path)
      cache = try TreeCache(root: cacheRoot, tree: tree, toolchain: toolchain)
    } catch { throw Failure(message: "\(error)") }
  }

  /// The revisions of the tree.
  func checkout() throws -> Checkout {
    if let knownCheckout { return knownCheckout }
    let checkout = try withTree { try Checkout(tree, cache) }
    knownCheckout = checkout
    return checkout
  }

  /// The snapshot of a commit. What was made before, with this configuration, toolchain and version, is not made again.
  func snapshot(of commit: String, named name: String) throws -> Snapshot {
    let checkout = try checkout()
    let files = try withTree { try checkout.treeObject(of: commit) }
    let stored = cache.snapshotPath(for: files, configuration, Version.text)
    if let data = FileManager.default.contents(atPath: stored),
      let snapshot = try? Snapshot(json: data, file: stored)
    {
      return snapshot
    }
    let snapshot = try build(name) {
      try checkout.checkOut(commit)
      return checkout.directory
    }
    try? Data(snapshot.json.utf8).write(to: URL(fileURLWithPath: stored), options: .atomic)
    return snapshot
  }

  /// The snapshot of the tree as it is: its own vmlinux where that is up to date, else what is built of it.
  func currentSnapshot() throws -> Snapshot {
    if let kernel = tree.currentKernel { return try settings.snapshot(of: kernel) }
    guard tree.isGit else { return try build(tree.path) { self.tree.path } }
    let (commit, isDirty) = try withTree { try checkout().workingState() }
    return try snapshot(
      of: commit, named: isDirty ? "\(tree.path) with its changes" : tree.path)
  }

  private func build(_ name: String, _ source: () throws -> String) throws -> Snapshot {
    try withTree {
      try cache.locked(
        wait: { Console.error("another check of \(tree.path) is running; waiting for it") }
      ) {
        defer { progress.finish() }
        progress.show("\(name): checking out")
        let builder = TreeBuild(tree, cache, toolchain, configuration) { [progress] step in
          progress.show("\(name): \(step)")
        }
        let result = try builder.build(try source())
        return try settings.snapshot(of: result.image, configuration: result.configuration)
      }
    }
  }

  /// Turns what goes wrong with a tree into a failure of the command.
  func withTree<R>(_ body: () throws -> R) throws -> R {
    do { return try body() } catch let error as TreeError {
      throw Failure(message: "\(tree.path): \(error)")
    }
  }
}
