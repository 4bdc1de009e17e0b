import ByteReading
import ContextABI
import Extraction
import Glibc
import KernelImage
import LiveKernel
import TypeGraph

/// The running kernel as a build.
struct LiveBuild {
  /// What stands for the running kernel where a command takes a build.
  static let name = "live"

  let kernel: RunningKernel

  init() throws {
    do { kernel = try RunningKernel() } catch { throw Failure(message: "live: \(error)") }
  }

  /// Opens it with its types.
  ///
  /// - Parameter config: its configuration, where it is not in the usual place.
  /// - Parameter tellsRules: whether register types and privileges are wanted, besides the instructions.
  func open(config: String?, tellsRules: Bool) throws -> (build: Build, provenance: Provenance) {
    do {
      let types = TypeGraph(try BTFReader(kernel.btf, order: .host))
      let build = try Build(
        live: kernel.loader(), types, tellsRules: tellsRules,
        allowsUnprivileged: kernel.allowsUnprivileged ?? false,
        configuredNumbers: kernel.configuredProcessors.map { ["CONFIG_NR_CPUS": $0] } ?? [:])
      return (build, try provenance(config: config))
    } catch let error as LiveKernelError {
      throw Failure(message: "live: \(error)")
    } catch let error as KernelImageError {
      throw Failure(message: error.description)
    } catch let error as TypeError {
      throw Failure(message: "live: \(error)")
    } catch let error as ExtractionError {
      throw Failure(message: "live: \(error)")
    }
  }

  /// The GNU build id in lower-case hexadecimal, where the kernel tells it.
  var buildID: String? {
    kernel.notes.flatMap { try? BuildID.inNotes($0, .host) } ?? nil
  }

  private func provenance(config: String?) throws(KernelImageError) -> Provenance {
    let banner = Banner(text: kernel.banner)
    var provenance = Provenance(
      release: kernel.release, architecture: architecture, buildID: buildID,
      compiler: banner.compiler, types: "BTF", tool: "ctxabi \(Version.text)",
      configuration: try configuration(config)?.record)
    provenance.version = banner.version
    return provenance
  }

  /// Where distributions put a kernel's configuration, unless the user says where it is.
  private func configuration(_ path: String?) throws(KernelImageError) -> KernelConfiguration? {
    if let path { return try KernelConfiguration(file: path) }
    return try? KernelConfiguration(file: "/boot/config-\(kernel.release)")
  }

  private var architecture: String {
    kernel.machine == "aarch64" ? Architecture.arm64.rawValue : kernel.machine
  }
}
