import ArgumentParser
import Baselines
import KernelImage
import Reporting

/// Several builds in the order of their releases: shared by commands that ask the same of many.
struct BuildRange: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The first build: a baseline (6.1), or a kernel build, kernel tree or snapshot file. By default the oldest baseline.",
      valueName: "build"),
    completion: Completions.builds)
  var from: String?

  @Option(
    help: ArgumentHelp("The last build. By default the newest baseline.", valueName: "build"), completion: Completions.builds)
  var to: String?

  @Option(
    name: .customLong("on"), parsing: .upToNextOption,
    help: ArgumentHelp("Just these builds, the oldest first.", valueName: "build"), completion: Completions.builds)
  var builds: [String] = []

  @OptionGroup var settings: BuildSettings
  @OptionGroup var store: StoreOptions

  func validate() throws {
    if !builds.isEmpty, from != nil || to != nil { throw ValidationError("--on excludes --from and --to.") }
  }

  /// The builds. Between --from and --to stand the baselines of their architecture whose releases do.
  func sides() throws -> [ComparisonReport.Side] {
    if !builds.isEmpty { return try Concurrently.map(builds, load) }
    let (first, last) = (try from.map(load), try to.map(load))
    let ends = [first, last].compactMap(\.self)
    let architectures = Set(ends.map(\.snapshot.provenance.architecture))
    guard architectures.count < 2 else {
      throw Failure(message: "--from and --to are of two architectures: \(architectures.sorted().joined(separator: ", "))")
    }
    let (lower, upper) = (first.map(Self.release), last.map(Self.release))
    if let lower, let upper, upper < lower {
      throw Failure(message: "\(from ?? "") is newer than \(to ?? ""): --from is the older build", status: Failure.unknownName)
    }
    let names = try architectures.first.map(namesOf) ?? store.ownBaselines()
    let between = try Concurrently.map(names.filter { !ends.map(\.name).contains($0) }, load).filter { side in
      let release = Self.release(side)
      return lower.map { $0 < release } ?? true && upper.map { release < $0 } ?? true
    }
    return (first.map { [$0] } ?? []) + between + (last.map { first?.name == $0.name ? [] : [$0] } ?? [])
  }

  private func namesOf(_ architecture: String) throws -> [String] {
    try withStore { () throws(BaselineError) in try store.baselines.names(of: architecture) }
  }

  private static func release(_ side: ComparisonReport.Side) -> KernelRelease {
    KernelRelease(side.snapshot.provenance.release)
  }

  private func load(_ name: String) throws -> ComparisonReport.Side {
    let source = SnapshotSource(name: name, settings: settings, store: store.baselines)
    let kind = try source.kind()
    // A baseline goes by its name, whatever the user called it.
    if case .baseline(let baseline) = kind { return .init(name: baseline, snapshot: try source.load(kind)) }
    return .init(name: name, snapshot: try source.load(kind))
  }
}
