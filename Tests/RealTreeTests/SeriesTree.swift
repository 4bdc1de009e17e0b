import Foundation
import TestSupport

/// A git tree of Linux with the patches of Series in it: each under a tag of its name.
struct SeriesTree: Sendable {
  static let variable = "CTXABI_TEST_TREE"

  let directory: String
  let cache: String

  /// One for all tests: what is built for one of them need not be built for the next.
  static let made = Result { try SeriesTree() }

  /// Patches, and the tag that each is made on top of.
  private static let patches = [
    ("add-netns_inum", "base"), ("reorder-members", "add-netns_inum"), ("move-inum", "reorder-members"),
    ("mask-what-moved", "move-inum"), ("drop-device-check", "add-netns_inum"), ("fewer-programs", "add-netns_inum"),
    ("mask-value", "add-netns_inum"), ("read-another-member", "add-netns_inum"), ("writable", "add-netns_inum"),
    ("move-field", "add-netns_inum"), ("narrow", "add-netns_inum"), ("remove", "add-netns_inum"),
    ("rename", "add-netns_inum"), ("without-namespaces", "add-netns_inum"),
  ]

  private init() throws {
    guard let original = ProcessInfo.processInfo.environment[Self.variable] else {
      throw CommandFailure(
        command: Self.variable, output: "is not set: make test sets it to the tree of Linux 6.12 that it fetches")
    }
    let marker = try TemporaryFile.write([], name: "marker")
    let place = URL(fileURLWithPath: marker).deletingLastPathComponent()
    directory = place.appendingPathComponent("linux").path
    cache = place.appendingPathComponent("cache").path
    // Its objects are the original's, and only what patches touch is checked out; what is built is checked out in the cache.
    try Command.run("git", ["clone", "--quiet", "--shared", "--sparse", original, directory])
    try git("sparse-checkout", "set", "include", "init", "kernel/bpf", "net/core")
    try git("config", "user.name", "Kernel Developer")
    try git("config", "user.email", "developer@example.org")
    try git("tag", "base")
    let series = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Series").path
    for (name, base) in Self.patches {
      try git("checkout", "--quiet", "--detach", base)
      let file = name == "mask-what-moved" ? "mask-value" : name
      try git("am", "--quiet", "\(series)/\(file).mbox")
      try git("tag", name)
    }
  }

  @discardableResult
  private func git(_ arguments: String...) throws -> String {
    try Command.run("git", ["-C", directory] + arguments)
  }

  func title(_ tag: String) throws -> String {
    try git("show", "--no-patch", "--abbrev=12", "--format=%h (\"%s\")", tag).trimmingCharacters(in: .newlines)
  }

  func check(_ base: String, _ head: String, _ options: String...) throws -> Program.Run {
    try Program.run(["check", directory, "--tree-cache", cache, "--base", base, "--head", head] + options)
  }
}
