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

  func run() throws {
    let checkout = try auditor.checkout()
    let base = try auditor.withTree { try checkout.commit(options.base ?? "HEAD") }
    let head = try head(checkout, base)
    try auditor.requireDescent(
      of: head, from: base, names: (newer: options.head ?? "what is checked", older: options.base ?? "HEAD"))
    guard options.each else {
      try compare(base, head, checkout)
      return
    }
    try compareEach(base, head, checkout)
  }

  private func head(_ checkout: Checkout, _ base: String) throws -> String {
    if let mails = options.apply { return try apply(mails, base, checkout) }
    return try auditor.withTree {
      if let head = options.head { return try checkout.commit(head) }
      let (commit, isDirty) = try checkout.workingState()
      if isDirty { Console.error("changes that are not committed are part of what is checked") }
      return commit
    }
  }

  private func apply(_ mails: String, _ base: String, _ checkout: Checkout) throws -> String {
    guard mails == "-" else { return try auditor.withTree { try checkout.apply(mails, on: base) } }
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("ctxabi-\(UUID().uuidString).mbox")
    defer { try? FileManager.default.removeItem(at: file) }
    do { try FileHandle.standardInput.readDataToEndOfFile().write(to: file) } catch {
      throw Failure(message: "\(file.path): \(error.localizedDescription)")
    }
    return try auditor.withTree { try checkout.apply(file.path, named: "the standard input", on: base) }
  }

  private func side(_ commit: String, _ checkout: Checkout) throws -> ComparisonReport.Side {
    let title = try auditor.withTree { try checkout.title(of: commit) }
    return .init(name: title, snapshot: try auditor.snapshot(of: commit, named: title))
  }

  private func compare(_ base: String, _ head: String, _ checkout: Checkout) throws {
    if base == head { throw Failure(message: "the base and the head are the same commit: there is nothing to check") }
    let old = try side(base, checkout)
    let new = try side(head, checkout)
    try gate.finish(
      old: old, new: new, SnapshotComparison(old: old.snapshot, new: new.snapshot).findings(),
      header: { try? checkout.text(of: $0, at: head) })
  }

  /// Compares each commit with the one before it, and tells of those that change something. Reports that go to files are of
  /// the series as a whole.
  private func compareEach(_ base: String, _ head: String, _ checkout: Checkout) throws {
    let commits = try auditor.withTree { try checkout.commits(from: base, to: head) }
    guard !commits.isEmpty else {
      throw Failure(message: "there is no commit between the base and the head: there is nothing to check")
    }
    let first = try side(base, checkout)
    var old = first
    var worst: Int32 = 0
    for (number, commit) in commits.enumerated() {
      let new = try side(commit, checkout)
      let findings = SnapshotComparison(old: old.snapshot, new: new.snapshot).findings()
      let heading = "\(number + 1) of \(commits.count): \(new.name)"
      if findings.isEmpty, !gate.reports.useStandardOutput { Console.output("\(heading): no change\n") }
      let status = try gate.show(
        old: old, new: new, findings, heading: heading, header: { try? checkout.text(of: $0, at: commit) })
      // A finding counts more than something that could not be checked.
      worst = worst == 1 || status == 1 ? 1 : max(worst, status)
      old = new
    }
    try gate.finishSeries(
      old: first, new: old, SnapshotComparison(old: first.snapshot, new: old.snapshot).findings(),
      header: { try? checkout.text(of: $0, at: head) })
    if worst != 0 { throw ExitCode(worst) }
  }
}
