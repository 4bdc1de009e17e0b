import ArgumentParser
import Comparison
import ContextABI
import KernelTree

/// `ctxabi bisect`
struct BisectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bisect",
    abstract: "Finds the commit of a kernel tree that made a finding.",
    discussion: """
      The finding is named by its id: the rule, which reports show in brackets, a colon, and the place, as in the \
      examples. Commits that do not build are passed over where a neighbour can be asked instead. With --run it is a script for 'git bisect run': it looks at the work tree \
      and ends with 0 (the finding is not there), 1 (it is) or 125 (can't be told).

      Examples:
        ctxabi bisect linux --good v6.12 --bad v6.16 \\
          --finding meaning-changed:bpf_sock_ops.snd_cwnd
        git bisect run ctxabi bisect . --run --good v6.12 \\
          --finding meaning-changed:bpf_sock_ops.snd_cwnd
      """)

  @Argument(help: "The kernel tree.", completion: .directory)
  var tree: String

  @Option(help: ArgumentHelp("A revision without the finding: what others are compared with.", valueName: "revision"))
  var good: String

  @Option(help: ArgumentHelp("A revision with the finding.", valueName: "revision"))
  var bad: String = "HEAD"

  @Option(help: ArgumentHelp("The finding's id: rule:context.field.", valueName: "id"))
  var finding: String

  @Flag(name: .customLong("run"), help: "Only say whether the work tree has the finding: for 'git bisect run'.")
  var isScript = false

  @Option(
    help: ArgumentHelp(
      "Where trees are checked out and built (default: $XDG_CACHE_HOME/ctxabi/trees).", valueName: "directory"),
    completion: .directory)
  var treeCache: String?

  @OptionGroup var settings: BuildSettings

  func run() throws {
    let auditor = try TreeAuditor(tree, settings, cacheRoot: treeCache)
    let checkout = try auditor.checkout()
    let good = try auditor.withTree { try checkout.commit(self.good) }
    let reference = try auditor.snapshot(of: good, named: self.good)
    if isScript {
      try answerForGit(auditor, checkout, reference)
      return
    }
    var bad = try auditor.withTree { try checkout.commit(self.bad) }
    guard try has(auditor.snapshot(of: bad, named: self.bad), reference) else {
      throw Failure(message: "\(self.bad) does not have the finding \(finding) against \(self.good)")
    }
    var goods = [good]
    var skipped: [String] = []
    while let middle = try auditor.withTree({ try checkout.midpoint(good: goods + skipped, bad: bad) }) {
      let title = try auditor.withTree { try checkout.title(of: middle) }
      let snapshot: Snapshot
      do { snapshot = try auditor.snapshot(of: middle, named: title) } catch let failure as Failure {
        Console.error("\(title) can't be told: \(failure.message)")
        skipped.append(middle)
        continue
      }
      if has(snapshot, reference) { bad = middle } else { goods.append(middle) }
    }
    let title = try auditor.withTree { try checkout.title(of: bad) }
    Console.output("\(finding) comes from \(title)\n")
    if !skipped.isEmpty { Console.error("\(skipped.count) commits could not be told: it may be one of them") }
  }

  private func has(_ snapshot: Snapshot, _ reference: Snapshot) -> Bool {
    SnapshotComparison(old: reference, new: snapshot).changes().contains { $0.id == finding }
  }

  private func answerForGit(
    _ auditor: TreeAuditor, _ checkout: Checkout, _ reference: Snapshot
  ) throws {
    let snapshot: Snapshot
    do { snapshot = try auditor.currentSnapshot() } catch let failure as Failure {
      Console.error(failure.message)
      throw ExitCode(125)
    }
    if has(snapshot, reference) { throw ExitCode(1) }
  }
}
