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
    guard isScript else {
      try bisect()
      return
    }
    // What is wrong with the question itself must end `git bisect run`, and it ends from 128 on.
    do { try answerForGit() } catch let failure as Failure {
      throw Failure(message: failure.message, status: 128)
    }
  }

  private func bisect() throws {
    let auditor = try TreeAuditor(tree, settings, cacheRoot: treeCache)
    let checkout = try auditor.checkout()
    let good = try auditor.withTree { try checkout.commit(self.good) }
    var bad = try auditor.withTree { try checkout.commit(self.bad) }
    try auditor.requireDescent(of: bad, from: good, names: (newer: self.bad, older: self.good))
    let reference = try auditor.snapshot(of: good, named: self.good)
    let findings = SnapshotComparison(old: reference, new: try auditor.snapshot(of: bad, named: self.bad)).findings()
    guard findings.contains(where: { $0.isNamed(finding) }) else {
      let known = findings.filter { $0.rule.severity > .note }.map(\.id)
      throw Failure(
        message: "\(self.bad) does not have the finding \(finding) against \(self.good); it has "
          + (known.isEmpty ? "none" : known.joined(separator: ", ")))
    }
    var goods = [good]
    var untold: Set<String> = []
    var suspects = try auditor.withTree { try checkout.suspects(good: goods, bad: bad) }
    while let middle = suspects.first(where: { $0 != bad && !untold.contains($0) }) {
      let title = try auditor.withTree { try checkout.title(of: middle) }
      switch answer(reference, { try auditor.snapshot(of: middle, named: title) }) {
      case .present: bad = middle
      case .absent: goods.append(middle)
      case .untold(let problem):
        Console.error("\(title) can't be told: \(problem)")
        untold.insert(middle)
      }
      suspects = try auditor.withTree { try checkout.suspects(good: goods, bad: bad) }
    }
    let titles = try ([bad] + suspects.filter { $0 != bad }).map { commit in
      try auditor.withTree { try checkout.title(of: commit) }
    }
    Console.output("\(finding) comes from \(titles.joined(separator: "\nor from "))\n")
    if titles.count > 1 { throw Failure(message: "all but the first of them could not be told") }
  }

  private enum Answer {
    case present, absent
    case untold(String)
  }

  /// Whether a snapshot has the finding. One that is not whole may have it where it can't be seen.
  private func answer(_ reference: Snapshot, _ snapshot: () throws -> Snapshot) -> Answer {
    do {
      let snapshot = try snapshot()
      let findings = SnapshotComparison(old: reference, new: snapshot).findings()
      if findings.contains(where: { $0.isNamed(finding) }) { return .present }
      if let hole = snapshot.coverage.first(where: \.isHole) { return .untold("not covered: \(hole.reason)") }
      return .absent
    } catch let failure as Failure {
      return .untold(failure.message)
    } catch {
      return .untold("\(error)")
    }
  }

  private func answerForGit() throws {
    let auditor = try TreeAuditor(tree, settings, cacheRoot: treeCache)
    let checkout = try auditor.checkout()
    let good = try auditor.withTree { try checkout.commit(self.good) }
    let reference = try auditor.snapshot(of: good, named: self.good)
    switch answer(reference, { try auditor.currentSnapshot() }) {
    case .present: throw ExitCode(1)
    case .absent: return
    case .untold(let problem):
      Console.error(problem)
      throw ExitCode(125)
    }
  }
}
