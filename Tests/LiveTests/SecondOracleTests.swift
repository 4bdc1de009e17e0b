import ByteReading
import ContextABI
import Extraction
import Foundation
import KernelImage
import LiveKernel
import Testing
import TypeGraph

/// The two ways to a snapshot, by callbacks and by programs that are loaded, over one kernel image: what only one of the two
/// can tell apart, both must tell alike.
@Suite struct SecondOracleTests {
  /// The files `vmlinux-RELEASE` of this machine's byte order in the directory that this variable names.
  private static let variable = "CTXABI_TEST_KERNELS"

  /// The paths of these kernels.
  static let kernels: [String] = {
    guard let directory = ProcessInfo.processInfo.environment[variable] else { return [] }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    return names.filter { $0.hasPrefix("vmlinux-") }.sorted().map { "\(directory)/\($0)" }.filter {
      (try? KernelImage.open($0))?.architecture.byteOrder == .host
    }
  }()

  @Test func kernelsAreThere() {
    #expect(!Self.kernels.isEmpty, "\(Self.variable) must name a directory of kernels (vmlinux-…)")
  }

  static func types(of image: KernelImage) throws -> TypeGraph {
    if let btf = image.btf { return TypeGraph(try BTFReader(btf, order: .host)) }
    return TypeGraph(try DWARFReader(path: image.path, near: Build.anchors(of: image)))
  }

  private static func snapshot(_ build: Build) throws -> Snapshot {
    var snapshot = try SnapshotBuilder(build).snapshot(
      Provenance(
        release: "", architecture: "", buildID: nil, compiler: nil, types: "", tool: "", configuration: nil))
    // Each says in its own words what is no part of the ABI.
    snapshot.coverage = []
    // Not asked of the loader: RunningKernel reads it from a file.
    snapshot.kernel.numbers = [:]
    return snapshot
  }

  private static func live(_ image: KernelImage, _ loader: EmulatedLoader) throws -> Build {
    try Build(live: loader, types(of: image), tellsRules: true, allowsUnprivileged: true)
  }

  @Test(arguments: kernels)
  func snapshots(_ path: String) throws {
    let image = try KernelImage.open(path)
    let types = try Self.types(of: image)
    let loader = try EmulatedLoader(image, types)
    let loaded = try Self.snapshot(Self.live(image, loader))
    var emulated = try Self.snapshot(Build(image, types))
    // Helpers are not asked of a running kernel.
    #expect(loaded.interface == nil && emulated.interface != nil)
    emulated.interface = nil
    // A prologue tests it (bpf_unclone_prologue, net/core/filter.c); no access reads it.
    emulated.kernel.members["sk_buff"]?.removeAll { $0.path == "skb->cloned" }
    #expect(loaded.programs == emulated.programs)
    for (left, right) in zip(loaded.contexts, emulated.contexts) {
      let differing = zip(left.rules, right.rules).first { $0 != $1 }
      #expect(differing == nil, "\(left.name)")
    }
    #expect(loaded.json == emulated.json)
    #expect(emulated.contexts.contains { $0.rules.contains(where: \.needsPrivilege) })
    // Nothing is asked for that can't differ: far fewer loads than questions.
    #expect(loader.loads < 130_000)
  }

  @Test(arguments: kernels)
  func listings(_ path: String) throws {
    let image = try KernelImage.open(path)
    let types = try Self.types(of: image)
    var listings: [[ListedAccess]] = [[], []]
    let builds = [try Self.live(image, try EmulatedLoader(image, types)), try Build(image, types)]
    for (number, build) in builds.enumerated() {
      #expect(try AccessListing(build).forEach { listings[number].append($0) }.isEmpty)
    }
    #expect(listings[0].count > 10_000)
    #expect(ListingComparison(listings[0], listings[1]).differences == [])
    #expect(listings[0].map(\.line) == listings[1].map(\.line))
  }
}
