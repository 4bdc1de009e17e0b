import Foundation
import KernelImage
import ObjectLinking

/// Object files of a kernel build, linked into an image that is audited as a vmlinux is.
final class LinkedObjects {
  /// The image; it is gone with this.
  let image: String
  /// The configuration of the build that the objects lie in, where there is one.
  let configuration: KernelConfiguration?
  private let directory: URL

  init(_ paths: [String]) throws {
    let build = BuildDirectory(of: paths[0])
    configuration = build?.configuration
    directory = URL(fileURLWithPath: ProcessInfo.processInfo.environment["TMPDIR"] ?? "/var/tmp")
      .appendingPathComponent("ctxabi-link-\(UUID().uuidString)")
    image = directory.appendingPathComponent("vmlinux").path
    let objects: ObjectSet
    do { objects = try ObjectSet(paths: paths) } catch { throw Failure(message: error.description) }
    guard objects.lacking(["bpf_verifier_ops"], where: { _ in false }).isEmpty else {
      throw Failure(
        message:
          "\(paths.joined(separator: ", ")): none defines bpf_verifier_ops, where an audit starts; add the build's kernel/bpf/verifier.o (--with)"
      )
    }
    do {
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    } catch { throw Failure(message: "\(directory.path): can't be made: \(error.localizedDescription)") }
    do {
      try objects.link(
        to: image, release: build?.release ?? "unknown",
        compiler: build?.compiler ?? "compiler unknown",
        processorLimit: configuration.flatMap { UInt32($0["CONFIG_NR_CPUS"]) })
    } catch {
      try? FileManager.default.removeItem(at: directory)
      throw Failure(message: error.description)
    }
  }

  deinit { try? FileManager.default.removeItem(at: directory) }
}

/// The directory that a kernel was built in.
private struct BuildDirectory {
  private let url: URL

  /// The nearest directory above an object that has a configuration.
  init?(of object: String) {
    var directory = URL(fileURLWithPath: object).standardizedFileURL.deletingLastPathComponent()
    while directory.path != "/" {
      if FileManager.default.fileExists(atPath: directory.appendingPathComponent(".config").path) {
        url = directory
        return
      }
      directory.deleteLastPathComponent()
    }
    return nil
  }

  var configuration: KernelConfiguration? {
    try? KernelConfiguration(file: url.appendingPathComponent(".config").path)
  }

  /// What `uname -r` would print.
  var release: String? {
    (try? String(contentsOf: url.appendingPathComponent("include/config/kernel.release"), encoding: .utf8))?
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }

  var compiler: String? {
    configuration.map { $0["CONFIG_CC_VERSION_TEXT"].trimmingCharacters(in: CharacterSet(charactersIn: "\"")) }
  }
}
