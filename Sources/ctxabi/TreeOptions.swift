import ArgumentParser
import KernelTree

/// How kernel trees are built and compared: shared by the commands that take one.
struct TreeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Of a kernel tree: compare with this revision instead of a baseline.", valueName: "revision"))
  var base: String?

  @Option(
    help: ArgumentHelp(
      "Of a kernel tree: the revision to check (default: the work tree as it is).",
      valueName: "revision"))
  var head: String?

  @Option(
    help: ArgumentHelp(
      "Of a kernel tree: apply this series of mails (- for the standard input) on top of --base (default: HEAD), and compare with that.",
      valueName: "mbox"),
    completion: .file())
  var apply: String?

  @Flag(
    help: """
      Of a kernel tree: compare commit by commit, so that a finding names the commit that made it. Reports that go to files \
      are of all commits together.
      """)
  var each = false

  @Option(
    help: ArgumentHelp(
      "Where trees are checked out and built (default: $XDG_CACHE_HOME/ctxabi/trees).",
      valueName: "directory"),
    completion: .directory)
  var treeCache: String?

  @Flag(help: "Print the configuration fragment that trees are built with, and do nothing else.")
  var printConfigFragment = false

  /// Whether revisions are compared with each other, and not with a baseline.
  var comparesRevisions: Bool { base != nil || head != nil || apply != nil || each }

  func validate() throws {
    if head != nil, apply != nil { throw ValidationError("--head and --apply exclude each other.") }
  }
}
