import ArgumentParser
import Baselines
import Comparison
import ContextABI
import Foundation
import KernelTree
import Reporting

/// `ctxabi check`
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Checks a build against a baseline: a gate.",
    discussion: """
      Without --baseline the baseline is chosen that is of the build's architecture and nearest in release; the \
      standard error says which. Changes that a waiver of the store accepts do not count. The exit status is 0 when nothing at or above \
      the gate has changed, 1 when something has, 2 when the check could not be made, or not in full: an unreadable \
      build, no baseline, a hole in what could be extracted, a waiver that has expired or accepts nothing.

      Of a kernel source tree only the objects that hold the ABI are built, out of tree, in a cache: the tree and its \
      own build stay as they are. ARCH, CROSS_COMPILE, LLVM and CC are respected; --config takes a file, defconfig (the \
      default, with the fragment that --print-config-fragment shows) or olddefconfig (the tree's own .config).

      Examples:
        ctxabi check vmlinux
        ctxabi check vmlinux --baseline debian-6.12-amd64 --fail-on breaking
        ctxabi check ~/src/linux --base origin/master
        ctxabi check ~/src/linux --apply series.mbox --each
      """)

  @Argument(
    help: "What to check: a kernel build (or live), a snapshot file, or a kernel source tree.",
    completion: Completions.builds)
  var kernel: String?

  @OptionGroup var settings: BuildSettings
  @OptionGroup var store: StoreOptions

  @Option(help: ArgumentHelp("The baseline to check against.", valueName: "name"), completion: Completions.baselineNames)
  var baseline: String?

  @Flag(help: "Compare with a baseline of another architecture.")
  var acrossArchitectures = false

  @OptionGroup var tree: TreeOptions
  @OptionGroup var gate: GateOptions

  func validate() throws {
    if tree.comparesRevisions, baseline != nil {
      throw ValidationError("--baseline does not go with --base, --head, --apply or --each: they compare revisions.")
    }
  }

  func run() throws {
    if tree.printConfigFragment {
      Console.output(ConfigurationFragment.text)
      return
    }
    guard let kernel else { throw ValidationError("Missing expected argument '<kernel>'") }
    if tree.comparesRevisions {
      try refuseFile(kernel)
      let auditor = try TreeAuditor(kernel, settings, cacheRoot: tree.treeCache)
      try TreeCheck(auditor: auditor, options: tree, gate: gate).run()
      return
    }
    let snapshot =
      SourceTree.isDirectory(kernel)
      ? try TreeAuditor(kernel, settings, cacheRoot: tree.treeCache).currentSnapshot()
      : try SnapshotSource(name: kernel, settings: settings, store: store.baselines).load()
    let name = try baseline.map { try StoreOptions.baseline($0, in: store.baselines) } ?? nearest(snapshot.provenance)
    let (old, waivers) = try withStore { () throws(BaselineError) in try store.baselines.loadWithWaivers(name) }
    try refuseOtherArchitecture(old.provenance, snapshot.provenance, name)
    let findings = SnapshotComparison(old: old, new: snapshot).findings()
    let waived = try withStore { () throws(BaselineError) in
      try WaivedFindings(
        findings, waivers, baseline: name, today: .today, path: store.baselines.waiversPath
      ) { Soundness(snapshot).findings() }
    }
    try gate.finish(
      old: .init(name: name, snapshot: old), new: .init(name: kernel, snapshot: snapshot),
      waived.open, waived: waived.waived)
  }

  /// Only a tree has revisions.
  private func refuseFile(_ kernel: String) throws {
    guard FileManager.default.fileExists(atPath: kernel), !SourceTree.isDirectory(kernel) else { return }
    throw Failure(
      message:
        "\(kernel): is a file, not a kernel tree; --base, --head, --apply and --each compare revisions of a tree (a build is checked against a --baseline)",
      status: Failure.unknownName)
  }

  /// What differs between architectures is mostly the architecture's: nobody compares them by accident.
  private func refuseOtherArchitecture(_ old: Provenance, _ new: Provenance, _ name: String) throws {
    guard old.architecture != new.architecture, !acrossArchitectures else { return }
    throw Failure(
      message:
        "\(name) is of \(old.architecture), what is checked of \(new.architecture): take a baseline of \(new.architecture), or --across-architectures"
    )
  }

  private func nearest(_ provenance: Provenance) throws -> String {
    let name = try withStore { () throws(BaselineError) in
      try NearestBaseline.name(for: provenance, in: store.baselines)
    }
    Console.error("checked against the nearest baseline: \(name)")
    return name
  }
}
