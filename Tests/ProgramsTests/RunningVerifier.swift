import ByteReading
import ContextABI
import Extraction
import Foundation
import LiveKernel
import TypeGraph

/// The running kernel's verifier, where programs can be loaded here, and objects to ask it about.
enum RunningVerifier {
  static let isThere: Bool = {
    guard let kernel = try? RunningKernel() else { return false }
    return (try? kernel.loader()) != nil
  }()

  /// A directory of objects to compare: the kernel's selftests, where somebody compiled them (scripts/make-corpus --objects).
  static let objects = ProcessInfo.processInfo.environment["CTXABI_TEST_OBJECTS"].map { directory in
    ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).filter { $0.hasSuffix(".o") }.sorted().map {
      "\(directory)/\($0)"
    }
  }

  /// The running kernel's ABI.
  static let snapshot = Result {
    let kernel = try RunningKernel()
    let build = try Build(
      live: try kernel.loader(), TypeGraph(try BTFReader(kernel.btf, order: .host)), tellsRules: true,
      allowsUnprivileged: kernel.allowsUnprivileged ?? false)
    return try SnapshotBuilder(build).snapshot(
      Provenance(release: "", architecture: "", buildID: nil, compiler: nil, types: "", tool: "", configuration: nil))
  }
}
