import ArgumentParser
import Comparison
import Reporting

/// `ctxabi diff`
struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Compares two builds: what changed for a BPF program, how bad it is, with what evidence.",
    discussion: """
      Each side is a kernel build, a snapshot file or the name of a baseline. The exit status is 0 when nothing at or \
      above the gate (--fail-on) has changed, 1 when something has, 2 when the comparison could not be made, or not in \
      full.

      Examples:
        ctxabi diff vmlinux-6.1 vmlinux-6.12
        ctxabi diff debian-6.1-amd64 vmlinux --fail-on breaking
        ctxabi diff old.json new.json --report html=report.html
      """)

  @Argument(help: "The older side: a kernel build, a snapshot file, or a baseline.", completion: Completions.builds)
  var old: String

  @Argument(help: "The newer side.", completion: Completions.builds)
  var new: String

  @OptionGroup var settings: BuildSettings
  @OptionGroup var store: StoreOptions
  @OptionGroup var gate: GateOptions

  func run() throws {
    let before = try SnapshotSource(name: old, settings: settings, store: store.baselines).load()
    let after = try SnapshotSource(name: new, settings: settings, store: store.baselines).load()
    try gate.finish(
      old: .init(name: old, snapshot: before), new: .init(name: new, snapshot: after),
      SnapshotComparison(old: before, new: after).findings())
  }
}
