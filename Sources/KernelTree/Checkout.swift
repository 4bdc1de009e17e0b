import Digest
import Foundation
import Processes

/// Checks revisions of a tree out, in a repository of its own that borrows the objects of the tree's: nothing is written to
/// the tree, not even the list of its work trees.
public struct Checkout: Sendable {
  private let tree: SourceTree
  private let cache: TreeCache
  let git: Git
  /// Where the revisions are checked out.
  public var directory: String { cache.checkout }

  public init(_ tree: SourceTree, _ cache: TreeCache) throws(TreeError) {
    self.tree = tree
    self.cache = cache
    guard tree.isGit else {
      throw .notATree(path: tree.path, problem: "it is no git work tree, so it has no revisions")
    }
    git = Git(directory: cache.checkout)
    try prepare()
  }

  /// What the user's settings must not change: no hooks, no signatures, files as they are stored.
  private static let settings = """
    [user]
    \tname = ctxabi
    \temail = ctxabi@localhost
    [core]
    \thooksPath = /dev/null
    \tautocrlf = false
    \tfsmonitor = false
    [commit]
    \tgpgSign = false
    [gc]
    \tauto = 0
    [checkout]
    \tworkers = 0

    """

  private func prepare() throws(TreeError) {
    let original = Git(directory: tree.realPath)
    let marker = "\(directory)/.git/ctxabi"
    // What an interrupted run left: a repository that was not finished, a commit of a repository that is another one now.
    let isWhole =
      FileManager.default.fileExists(atPath: marker)
      && ((try? git.run(["rev-parse", "--quiet", "--verify", "HEAD^{tree}"], "look at the checkout")) != nil
        || !FileManager.default.fileExists(atPath: "\(directory)/.git/index"))
    if !isWhole {
      try? FileManager.default.removeItem(atPath: directory)
      try Git(directory: cache.directory).run(
        ["init", "--quiet", "--template=", directory], "make a repository in \(cache.directory)")
      let settings = "\(directory)/.git/config"
      try write((try? String(contentsOfFile: settings, encoding: .utf8)) ?? "", Self.settings, to: settings)
      let objects = try original.run(
        ["rev-parse", "--path-format=absolute", "--git-path", "objects"], "find the objects of \(tree.path)")
      try? FileManager.default.createDirectory(
        atPath: "\(directory)/.git/objects/info", withIntermediateDirectories: true)
      try write(objects, "\n", to: "\(directory)/.git/objects/info/alternates")
      try write("", to: marker)
    }
    // A tree that was cloned with --depth ends where this file says.
    let shallow = try original.run(
      ["rev-parse", "--path-format=absolute", "--git-path", "shallow"], "look at the depth of \(tree.path)")
    if let ends = try? String(contentsOfFile: shallow, encoding: .utf8) {
      try write(ends, to: "\(directory)/.git/shallow")
    }
    // Held by nobody: the cache is locked.
    for left in ["index.lock", "HEAD.lock", "rebase-apply"] {
      try? FileManager.default.removeItem(atPath: "\(directory)/.git/\(left)")
    }
  }

  private func write(_ parts: String..., to path: String) throws(TreeError) {
    do { try parts.joined().write(toFile: path, atomically: true, encoding: .utf8) } catch {
      throw .cache(path: path, problem: error.localizedDescription)
    }
  }

  /// The commit that a name stands for in the user's tree.
  public func commit(_ revision: String) throws(TreeError) -> String {
    let result = try Git(directory: tree.realPath).result(
      ["rev-parse", "--verify", "--quiet", "--end-of-options", "\(revision)^{commit}"])
    guard result.status == 0 else {
      throw .git(
        action: "find the revision \(revision)",
        output: result.errors.isEmpty ? "\(tree.path) has no commit of this name" : result.errors)
    }
    return result.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// A commit with the tree's tracked files as they are now, changes that are not committed among them. It is made in the
  /// checkout's own repository, by way of a copy of the tree's index: filters that the tree's configuration names (git-config(1),
  /// filter.<driver>.clean) are none of that repository's.
  public func workingState() throws(TreeError) -> (commit: String, isDirty: Bool) {
    let head = try commit("HEAD")
    let original = Git(directory: tree.realPath)
    let index = try original.run(
      ["rev-parse", "--path-format=absolute", "--git-path", "index"], "find the index of \(tree.path)")
    do {
      try? FileManager.default.removeItem(atPath: cache.index)
      try FileManager.default.copyItem(atPath: index, toPath: cache.index)
      try copySharedIndexes(of: index)
    } catch { throw .cache(path: cache.index, problem: error.localizedDescription) }
    let date = try git.run(["show", "--no-patch", "--format=%cI", head], "date the last commit")
    let scratch = Git(
      directory: tree.realPath,
      environment: [
        "GIT_DIR": "\(directory)/.git", "GIT_WORK_TREE": tree.realPath, "GIT_INDEX_FILE": cache.index,
        "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date,
      ])
    try scratch.run(["add", "--update"], "look at the changes in \(tree.path)")
    let files = try scratch.run(["write-tree"], "keep the changes in \(tree.path)")
    if files == (try treeObject(of: head)) { return (head, false) }
    let made = try scratch.run(
      [
        "-c", "user.name=ctxabi", "-c", "user.email=ctxabi@localhost", "commit-tree", files, "-p", head, "-m",
        "changes that are not committed",
      ], "keep the changes in \(tree.path)")
    return (made, true)
  }

  /// The files that a split index is one with (git-update-index(1), "split index").
  private func copySharedIndexes(of index: String) throws {
    let place = URL(fileURLWithPath: index).deletingLastPathComponent().path
    for name in try FileManager.default.contentsOfDirectory(atPath: place) where name.hasPrefix("sharedindex.") {
      let copy = "\(directory)/.git/\(name)"
      if !FileManager.default.fileExists(atPath: copy) {
        try FileManager.default.copyItem(atPath: "\(place)/\(name)", toPath: copy)
      }
    }
  }

  /// The commits from `base`, left out, to `head`, the oldest first.
  public func commits(from base: String, to head: String) throws(TreeError) -> [String] {
    try git.run(["rev-list", "--reverse", "--first-parent", "\(base)..\(head)"], "list the commits")
      .split(separator: "\n").map(String.init)
  }

  /// `1234567890ab ("bpf: add netns_inum")`
  public func title(of commit: String) throws(TreeError) -> String {
    try git.run(["show", "--no-patch", "--abbrev=12", "--format=%h (\"%s\")", commit], "name a commit")
  }

  /// What the commit's files are, whatever its message and parents.
  public func treeObject(of commit: String) throws(TreeError) -> String {
    try git.run(["rev-parse", "\(commit)^{tree}"], "find the files of a commit")
  }

  /// Brings the files to the state of a commit; files that do not differ are left alone, with their times.
  public func checkOut(_ commit: String) throws(TreeError) {
    try git.run(["checkout", "--quiet", "--force", "--detach", commit], "check out \(commit)")
  }

  /// Tells the files that are checked out apart as far as they decide the configuration.
  public func configurationSources() throws(TreeError) -> String {
    sha256(
      try git.run(
        [
          "ls-files", "--stage", "--", "*Kconfig*", "scripts", "Makefile", "arch/*/Makefile", "arch/*/configs",
          "kernel/configs",
        ], "list the configuration's sources"
      ).utf8)
  }

  /// How two commits stand to each other.
  public enum Descent: Sendable, Equatable {
    /// The older one is an ancestor of the newer one, or the same.
    case direct
    /// It is none, and this is the last commit that both come from.
    case from(base: String)
    /// They have no commit in common, as far as the repository goes back.
    case unrelated
  }

  /// Whether `newer` comes from `older`.
  public func descent(of newer: String, from older: String) throws(TreeError) -> Descent {
    let result = try git.result(["merge-base", older, newer])
    let base = result.output.trimmingCharacters(in: .whitespacesAndNewlines)
    guard result.status == 0, !base.isEmpty else { return .unrelated }
    return base == older ? .direct : .from(base: base)
  }

  /// The text of a file of a commit; nil where it has no such file, or one that is no text.
  public func text(of path: String, at commit: String) throws(TreeError) -> String? {
    let result = try git.result(["cat-file", "blob", "\(commit):\(path)"])
    return result.status == 0 ? result.output : nil
  }

  /// The commits between good ones and a bad one, that one among them: those first that halve the rest best.
  public func suspects(good: [String], bad: String) throws(TreeError) -> [String] {
    // Each line is a commit, followed by `(dist=3)`.
    try git.run(["rev-list", "--bisect-all", bad] + good.map { "^\($0)" }, "halve the commits")
      .split(separator: "\n").compactMap { $0.split(separator: " ").first.map(String.init) }
  }
}
