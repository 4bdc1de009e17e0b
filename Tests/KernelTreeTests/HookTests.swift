import Foundation
import TestSupport
import Testing

/// hooks/pre-push, in a tree that is pushed.
@Suite struct HookTests {
  private static let hook = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("hooks/pre-push").path

  @Test func push() throws {
    let tree = try TinyTree([], ["NETNS_INUM"])
    let remote = URL(fileURLWithPath: tree.directory).deletingLastPathComponent().appendingPathComponent("remote.git")
      .path
    try Command.run("git", ["init", "--quiet", "--bare", remote])
    try tree.git("remote", "add", "origin", remote)
    try tree.git("push", "--quiet", "origin", "HEAD~:refs/heads/main")
    try FileManager.default.copyItem(atPath: Self.hook, toPath: "\(tree.directory)/.git/hooks/pre-push")
    try tree.git("config", "ctxabi.program", Program.path)
    // A new field is no break.
    #expect(try push(tree, "main").contains("field-added"))
    try tree.commit(["NETNS_INUM", "NETNS_INUM_MOVED"])
    let refused = try #require(throws: CommandFailure.self) { try push(tree, "main") }
    #expect(refused.output.contains("refs/heads/main changes the ABI of BPF contexts"), "\(refused)")
    // A new branch is compared with where it leaves what the remote has.
    try tree.git("checkout", "--quiet", "-b", "topic")
    #expect(throws: CommandFailure.self) { try push(tree, "topic") }
    try tree.git("config", "ctxabi.paths", "Makefile")
    #expect(try push(tree, "topic") == "")
    try tree.write("int broken", to: "net/core/filter.c")
    try tree.git("config", "ctxabi.paths", "net")
    try tree.git("commit", "--quiet", "--all", "-m", "Break the build")
    let broken = try #require(throws: CommandFailure.self) { try push(tree, "topic") }
    #expect(broken.output.contains("refs/heads/topic could not be checked"), "\(broken)")
    #expect(try tree.git("ls-remote", "origin", "refs/heads/main").contains(try tree.git("rev-parse", "main~")))
  }

  /// What the hook writes to the standard output.
  private func push(_ tree: TinyTree, _ branch: String) throws -> String {
    try Command.run(
      "env", ["XDG_CACHE_HOME=\(tree.cache)", "git", "-C", tree.directory, "push", "--quiet", "origin", branch])
  }
}
