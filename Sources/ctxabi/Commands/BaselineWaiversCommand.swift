import ArgumentParser
import Baselines
import Comparison
import ContextABI
import Reporting

/// `ctxabi baseline waivers`
struct BaselineWaiversCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "waivers",
    abstract: "Lists the waivers, and what they accept today.",
    discussion: """
      With a kernel build each waiver is held against what a check of it would find: one that accepts nothing any more is \
      told, and the exit status is 1. So it is where a waiver has expired.

      Example:
        ctxabi baseline waivers vmlinux
      """)

  @Argument(help: "A kernel build, or a snapshot file.", completion: .file())
  var kernel: String?

  @OptionGroup var settings: BuildSettings
  @OptionGroup var store: StoreOptions

  func run() throws {
    let waivers = try withStore { () throws(BaselineError) in try store.baselines.waivers() }.waivers
    if waivers.isEmpty {
      Console.output("no waivers (\(store.baselines.waiversPath))\n")
      return
    }
    let snapshot = try kernel.map { try SnapshotSource(name: $0, settings: settings, store: store.baselines).load() }
    var isStale = false
    for waiver in waivers {
      let state = try state(of: waiver, snapshot)
      isStale = isStale || !state.isGood
      Console.output(
        """
        \(waiver.digest)  \(state.text)
          \(waiver.title)
          \(waiver.baseline.map { "against \($0); " } ?? "")\(waiver.reason) (\(waiver.who), \(waiver.date), until \(waiver.expires))

        """)
    }
    if isStale { throw ExitCode(1) }
  }

  private func state(of waiver: Waiver, _ snapshot: Snapshot?) throws -> (text: String, isGood: Bool) {
    if waiver.expires < .today { return ("expired", false) }
    guard let snapshot else { return ("valid until \(waiver.expires)", true) }
    guard let baseline = waiver.baseline else { return ("of no baseline: give one to check it", true) }
    let old = try withStore { () throws(BaselineError) in try store.baselines.load(baseline) }
    let findings = SnapshotComparison(old: old, new: snapshot).findings() + Soundness(snapshot).findings()
    return findings.contains(where: waiver.accepts)
      ? ("accepts a finding", true) : ("accepts nothing", false)
  }
}
