import ByteReading
import ContextABI
import Extraction
import Foundation
import LiveKernel
import TypeGraph

/// The machine that the tests run on.
public enum LiveMachine {
  /// Whether its kernel has to be asked: where root sees no BTF of the kernel, or is not root, it can't be.
  public static let mustBeAsked = geteuid() == 0 && FileManager.default.fileExists(atPath: RunningKernel.btfPath)

  /// Whether its kernel can be asked, and if not, why.
  public static let problem: String? = {
    do {
      _ = try RunningKernel().loader()
      return nil
    } catch {
      return "\(error)"
    }
  }()

  /// Tests of the running kernel run where it can be asked, and where it has to be.
  public static let isAsked = problem == nil || mustBeAsked

  public static func open() throws -> Build {
    let kernel = try RunningKernel()
    return try Build(
      live: try kernel.loader(), TypeGraph(try BTFReader(kernel.btf, order: .host)), tellsRules: true,
      allowsUnprivileged: kernel.allowsUnprivileged ?? false)
  }

  /// The whole ABI of the running kernel. Asked for once.
  public static let snapshot = Result { try takeSnapshot() }

  public static func takeSnapshot() throws -> Snapshot {
    try SnapshotBuilder(open()).snapshot(
      Provenance(
        release: "", architecture: "", buildID: nil, compiler: nil, types: "", tool: "",
        configuration: nil))
  }
}
