import ArgumentParser
import Comparison
import ContextABI
import Foundation
import KernelTree
import Reporting

/// Compares revisions of a kernel tree.
struct TreeCheck {
  let auditor: TreeAuditor
  let options: TreeOptions
  let gate: GateOptions

  /// Whether revisions are compared with each other, and not with a baseline.
  static func isWanted(_ options: TreeOptions) -> Bool {
    options.base != nil || options.apply != nil || options.each
  }

  func run() throws {
    let checkout = try auditor.checkout()
    let base = try auditor.withTree { try checkout.commit(options.base ?? "HEAD") }
    let head = try head(checkout, base)
    guard options.each else {
      try compare(base, head, checkout)
      return
    }
    try compareEach(base, head, checkout)
  }

  private func head(_ checkout: Checkout, _ base: String) throws -> String {
    try auditor.withTree {
      if let mails = options.apply { return try checkout.apply(mails, on: base) }
      if let head = options.head { return try checkout.commit(head) }
      let (commit, isDirty) = try checkout.workingState()
      if isDirty { Console.error("changes that are not committed are part of what is checked") }
      return commit
    }
  }

  private func side(_ commit: String, _ checkout: Checkout) throws -> ComparisonReport.Side {
    let title = try auditor.withTree { try checkout.title(of: commit) }
    return .init(name: title, snapshot: try auditor.snapshot(of: commit, named: title))
  }

  private func compare(_ base: String, _ head: String, _ checkout: Checkout) throws {
    let old = try side(base, checkout)
    let new = try side(head, checkout)
    try gate.finish(
      old: old, new: new, SnapshotComparison(old: old.snapshot, new: new.snapshot).changes())
  }

  /// Compares each commit with the one before it, and tells of those that change something.
  private func compareEach(_ base: String, _ head: String, _ checkout: Checkout) throws {
    let commits = try auditor.withTree { try checkout.commits(from: base, to: head) }
    guard !commits.isEmpty else { throw Failure(message: "there is no commit from the base to the head") }
    var old = try side(base, checkout)
    var worst: Int32 = 0
    for commit in commits {
      let new = try side(commit, checkout)
      let changes = SnapshotComparison(old: old.snapshot, new: new.snapshot).changes()
      let status = gate.show(old: old, new: new, changes, heading: new.name)
      // A finding counts more than something that could not be checked.
      worst = worst == 1 || status == 1 ? 1 : max(worst, status)
      old = new
    }
    if worst != 0 { throw ExitCode(worst) }
  }
}
