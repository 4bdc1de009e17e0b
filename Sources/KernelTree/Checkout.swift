import Foundation
import Processes

/// Checks revisions of a tree out, in a clone of its own that shares the tree's objects: nothing is written to the tree, not
/// even the list of its work trees.
public struct Checkout: Sendable {
  private let tree: SourceTree
  /// Where the revisions are checked out.
  public let directory: String

  public init(_ tree: SourceTree, _ cache: TreeCache) throws(TreeError) {
    self.tree = tree
    directory = cache.checkout
    guard tree.isGit else {
      throw .notATree(path: tree.path, problem: "it is no git work tree, so it has no revisions")
    }
    if !FileManager.default.fileExists(atPath: "\(directory)/.git") {
      try? FileManager.default.removeItem(atPath: directory)
      _ = try git(
        ["clone", "--quiet", "--shared", "--no-checkout", tree.realPath, directory], in: nil,
        "clone \(tree.path)")
    }
  }

  /// The commit that a name stands for in the user's tree.
  public func commit(_ revision: String) throws(TreeError) -> String {
    let result = try run([
      "-C", tree.realPath, "rev-parse", "--verify", "--quiet", "--end-of-options",
      "\(revision)^{commit}",
    ])
    guard result.status == 0 else {
      throw .git(action: "find the revision \(revision) in \(tree.path)", output: result.errors.isEmpty ? "there is none" : result.errors)
    }
    return result.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// A commit with the tree's tracked files as they are now, changes that are not committed among them. Nothing of the tree
  /// is touched: `git stash create` only writes objects.
  public func workingState() throws(TreeError) -> (commit: String, isDirty: Bool) {
    let made = try git(
      ["-c", "user.name=ctxabi", "-c", "user.email=ctxabi@localhost", "stash", "create"],
      in: tree.realPath, "look at the changes in \(tree.path)")
    if made.isEmpty { return (try commit("HEAD"), false) }
    return (made, true)
  }

  /// The commits from `base`, left out, to `head`, the oldest first.
  public func commits(from base: String, to head: String) throws(TreeError) -> [String] {
    try git(
      ["rev-list", "--reverse", "--first-parent", "\(base)..\(head)"], in: directory, "list the commits"
    ).split(separator: "\n").map(String.init)
  }

  /// `1234567890ab ("bpf: add netns_inum")`
  public func title(of commit: String) throws(TreeError) -> String {
    try git(
      ["show", "--no-patch", "--abbrev=12", "--format=%h (\"%s\")", commit], in: directory, "name a commit")
  }

  /// What the commit's files are, whatever its message and parents.
  public func treeObject(of commit: String) throws(TreeError) -> String {
    try git(["rev-parse", "\(commit)^{tree}"], in: directory, "find the files of a commit")
  }

  /// Brings the files to the state of a commit; files that do not differ are left alone, with their times.
  public func checkOut(_ commit: String) throws(TreeError) {
    // What an interrupted run left.
    try? FileManager.default.removeItem(atPath: "\(directory)/.git/index.lock")
    _ = try git(
      ["checkout", "--quiet", "--force", "--detach", commit], in: directory, "check out \(commit)")
  }

  /// Applies a series of patches, as mails, on top of a commit, and returns the last of the new commits.
  public func apply(_ mails: String, on base: String) throws(TreeError) -> String {
    try? FileManager.default.removeItem(atPath: "\(directory)/.git/rebase-apply")
    try checkOut(base)
    let path = URL(fileURLWithPath: mails).path
    let result = try run([
      "-C", directory, "-c", "user.name=ctxabi", "-c", "user.email=ctxabi@localhost", "am",
      "--quiet", "--3way", "--committer-date-is-author-date", path,
    ])
    guard result.status == 0 else {
      _ = try? git(["am", "--abort"], in: directory, "take patches back")
      throw .git(action: "apply \(mails)", output: result.errors + result.output)
    }
    return try git(["rev-parse", "HEAD"], in: directory, "name the last patch's commit")
  }

  /// The commit that halves what is left between good ones and a bad one; nil when only the bad one is left.
  public func midpoint(good: [String], bad: String) throws(TreeError) -> String? {
    let found = try git(
      ["rev-list", "--bisect", bad] + good.map { "^\($0)" }, in: directory, "halve the commits")
    return found.isEmpty || found == bad ? nil : found
  }

  private func git(
    _ arguments: [String], in directory: String?, _ action: String
  ) throws(TreeError) -> String {
    let place = directory.map { ["-C", $0] } ?? []
    let result = try run(place + arguments)
    guard result.status == 0 else { throw .git(action: action, output: result.errors) }
    return result.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private func run(_ arguments: [String]) throws(TreeError) -> ExternalCommand.Result {
    do { return try ExternalCommand(name: "git", arguments: arguments).run() } catch {
      throw .tool(error)
    }
  }
}
