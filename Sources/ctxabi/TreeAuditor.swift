import ContextABI
import Foundation
import KernelImage
import KernelTree

/// Makes snapshots of revisions of a kernel tree. One process at a time does so for a tree: another one waits.
final class TreeAuditor {
  let tree: SourceTree
  private let settings: BuildSettings
  private let cache: TreeCache
  private let lock: CacheLock
  private let toolchain: Toolchain
  private let configuration: TreeConfiguration
  private let sandbox: Sandbox?
  private let stored: StoredSnapshots
  private let progress = Console.Progress()
  private var knownCheckout: Checkout?

  /// - Parameter cacheRoot: where trees are checked out and built; nil for the user's cache.
  init(_ path: String, _ settings: BuildSettings, cacheRoot: String? = nil) throws {
    self.settings = settings
    do {
      tree = try SourceTree(path: path)
      toolchain = try Toolchain()
      sandbox = settings.sandbox ? try Sandbox() : nil
      configuration = try TreeConfiguration(settings.config, of: tree)
      cache = try TreeCache(root: cacheRoot, tree: tree)
      lock = try cache.lock { Console.error("another check of \(path) is running; waiting for it") }
    } catch { throw Failure(message: "\(error)") }
    stored = StoredSnapshots(cache)
  }

  /// The revisions of the tree.
  func checkout() throws -> Checkout {
    if let knownCheckout { return knownCheckout }
    let checkout = try withTree { try Checkout(tree, cache) }
    knownCheckout = checkout
    return checkout
  }

  /// The snapshot of a commit. What was made before, with this configuration, toolchain and program, is not made again.
  func snapshot(of commit: String, named name: String) throws -> Snapshot {
    let checkout = try checkout()
    let files = try withTree { try checkout.treeObject(of: commit) }
    let key = StoredSnapshots.Key(
      files: files, configuration, toolchain, tool: "\(Version.identity) \(settings.types)")
    if let data = stored.load(key), let snapshot = try? Snapshot(json: data, file: name) { return snapshot }
    let result = try build(name) {
      try checkout.checkOut(commit)
      return (checkout.directory, try checkout.configurationSources())
    }
    let snapshot = try settings.snapshot(of: result.image, configuration: result.configuration)
    stored.store(Data(snapshot.json.utf8), key)
    return snapshot
  }

  /// The snapshot of the tree as it is: of its own vmlinux where that is up to date, else of what is built of it.
  func currentSnapshot() throws -> Snapshot {
    if tree.isGit, tree.currentKernel == nil {
      let (commit, name) = try currentCommit()
      return try snapshot(of: commit, named: name)
    }
    let (image, configuration) = try currentImage()
    return try settings.snapshot(of: image, configuration: configuration)
  }

  /// The kernel image of the tree as it is.
  func currentImage() throws -> (path: String, configuration: KernelConfiguration?) {
    if let kernel = tree.currentKernel { return (kernel, nil) }
    guard tree.isGit else {
      let result = try build(tree.path) { (tree.path, nil) }
      return (result.image, result.configuration)
    }
    let checkout = try checkout()
    let (commit, name) = try currentCommit()
    let result = try build(name) {
      try checkout.checkOut(commit)
      return (checkout.directory, try checkout.configurationSources())
    }
    return (result.image, result.configuration)
  }

  private func currentCommit() throws -> (commit: String, name: String) {
    let (commit, isDirty) = try withTree { try checkout().workingState() }
    return (commit, isDirty ? "\(tree.path) with its changes" : tree.path)
  }

  private func build(
    _ name: String, _ source: () throws -> (directory: String, configurationSources: String?)
  ) throws -> TreeBuild.Result {
    let stages = StageClock()
    defer {
      progress.finish()
      stages.show(Timings(isShown: settings.timings))
    }
    let show = { [progress] (step: BuildStep) in
      progress.show("\(name): \(step)")
      stages.enter(step.stage)
    }
    show(.checkingOut)
    let builder = TreeBuild(cache, toolchain, configuration, sandbox: sandbox, progress: show)
    do {
      let source = try source()
      return try builder.build(source.directory, configurationSources: source.configurationSources)
    } catch let error as TreeError { throw Failure(message: "\(name): \(error)") }
  }

  /// Refuses revisions of which the newer one does not come from the older one: what the older one has besides would look as if
  /// the newer one had taken it back.
  ///
  /// - Parameter names: what the user calls them.
  func requireDescent(of newer: String, from older: String, names: (newer: String, older: String)) throws {
    let checkout = try checkout()
    switch try withTree({ try checkout.descent(of: newer, from: older) }) {
    case .direct: return
    case .from(let base):
      let title = try withTree { try checkout.title(of: base) }
      throw Failure(
        message: "\(tree.path): \(names.older) is no ancestor of \(names.newer); the last commit that both have is \(title)")
    case .unrelated:
      throw Failure(
        message:
          "\(tree.path): \(names.older) is no ancestor of \(names.newer), and they have no commit in common as far as the repository goes back"
      )
    }
  }

  /// Turns what goes wrong with a tree into a failure of the command.
  func withTree<R>(_ body: () throws -> R) throws -> R {
    do { return try body() } catch let error as TreeError {
      throw Failure(message: "\(tree.path): \(error)")
    }
  }
}
