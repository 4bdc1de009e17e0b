import ArgumentParser
import Baselines
import Comparison
import ContextABI
import Reporting

/// `ctxabi check`
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Checks a build against a baseline: a gate.",
    discussion: """
      Without --baseline the baseline is chosen that is of the build's architecture and nearest in release; the report \
      says which. Changes that a waiver of the store accepts do not count. The exit status is 0 when nothing at or above \
      the gate has changed, 1 when something has, 2 when the check could not be made, or not in full: an unreadable \
      build, no baseline, a hole in what could be extracted, a waiver that has expired or accepts nothing.

      Examples:
        ctxabi check vmlinux
        ctxabi check vmlinux --baseline debian-6.12-amd64 --fail-on breaking
      """)

  @OptionGroup var build: BuildOptions
  @OptionGroup var store: StoreOptions

  @Option(help: ArgumentHelp("The baseline to check against.", valueName: "name"))
  var baseline: String?

  @OptionGroup var gate: GateOptions

  func run() throws {
    let snapshot = try build.snapshot()
    let name = try baseline ?? nearest(snapshot.provenance)
    let old = try withStore { () throws(BaselineError) in try store.baselines.load(name) }
    let changes = SnapshotComparison(old: old, new: snapshot).changes()
    let waived = try withStore { () throws(BaselineError) in
      try WaivedChanges(
        changes, store.baselines.waivers(), baseline: name, today: .today,
        path: store.baselines.waiversPath)
    }
    try gate.finish(
      old: .init(name: name, snapshot: old), new: .init(name: build.kernel, snapshot: snapshot),
      waived.open, waived: waived.waived)
  }

  private func nearest(_ provenance: Provenance) throws -> String {
    let name = try withStore { () throws(BaselineError) in
      try NearestBaseline.name(for: provenance, in: store.baselines)
    }
    Console.error("checked against the nearest baseline: \(name)")
    return name
  }
}
