import Foundation
import TestSupport

/// The kernels that real-kernel tests run on: the files `vmlinux-RELEASE` of a directory.
struct TestKernel: Sendable, CustomStringConvertible {
  let release: String
  let path: String

  var description: String { release }

  /// The file of what its verifier answered, where there is one.
  var oracle: String? { Self.oracle("\(release).tsv.gz") }

  /// The file of which program types it let call which helper, where there is one.
  var helperOracle: String? { Self.oracle("helpers/\(release).tsv.gz") }

  /// The kernel as it is booted, beside the vmlinux.
  var bootedPath: String { path.replacingOccurrences(of: "/vmlinux-", with: "/vmlinuz-") }

  private static func oracle(_ name: String) -> String? {
    let file = oracleDirectory.appendingPathComponent(name).path
    return FileManager.default.fileExists(atPath: file) ? file : nil
  }

  static let variable = "CTXABI_TEST_KERNELS"

  private static let oracleDirectory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Oracle")

  /// All of them; a missing directory is an error, never a reason to pass over the tests.
  static let found = Result { () throws -> [TestKernel] in
    guard let directory = ProcessInfo.processInfo.environment[variable] else {
      throw CommandFailure(
        command: variable, output: "is not set: make test sets it to the directory of the kernels that it fetches")
    }
    let kernels = try FileManager.default.contentsOfDirectory(atPath: directory)
      .filter { $0.hasPrefix("vmlinux-") }.sorted()
      .map { TestKernel(release: String($0.dropFirst(8)), path: "\(directory)/\($0)") }
    guard kernels.count >= 3 else {
      throw CommandFailure(command: variable, output: "\(directory) holds \(kernels.count) kernels; 3 are needed")
    }
    return kernels
  }

  /// The kernels as arguments of tests; where there are none, `TestKernelsTests` says why.
  static let all = (try? found.get()) ?? []
}
