import Foundation
import TestSupport

/// The kernel files that these tests run on: `vmlinux-RELEASE`, `vmlinuz-RELEASE` and `*.deb` of a directory, where files of
/// one release are of one build.
struct TestFile: Sendable, CustomStringConvertible {
  enum Form: String, Sendable, CaseIterable { case vmlinux, vmlinuz, package }

  let form: Form
  let release: String
  let path: String

  var description: String { "\(form.rawValue) \(release)" }

  /// The file of what the verifier of this release answered, where there is one.
  var oracle: String? {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Oracle/\(release).tsv.gz").path
    return FileManager.default.fileExists(atPath: file) ? file : nil
  }

  static let variable = "CTXABI_TEST_KERNELS"

  private init?(directory: String, name: String) {
    path = "\(directory)/\(name)"
    if name.hasPrefix("vmlinux-") {
      (form, release) = (.vmlinux, String(name.dropFirst(8)))
    } else if name.hasPrefix("vmlinuz-") {
      (form, release) = (.vmlinuz, String(name.dropFirst(8)))
    } else if name.hasSuffix(".deb"), !name.contains("-dbg_"), let package = name.split(separator: "_").first,
      let prefix = ["linux-image-", "linux-binary-"].first(where: { package.hasPrefix($0) })
    {
      (form, release) = (.package, String(package.dropFirst(prefix.count)))
    } else {
      return nil
    }
  }

  /// All of them; what is missing is an error, never a reason to pass over the tests.
  static let found = Result { () throws -> [TestFile] in
    guard let directory = ProcessInfo.processInfo.environment[variable] else {
      throw CommandFailure(
        command: variable, output: "is not set: make test sets it to the directory of the kernels that it fetches")
    }
    let files = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
      .compactMap { TestFile(directory: directory, name: $0) }
    for form in Form.allCases where !files.contains(where: { $0.form == form }) {
      throw CommandFailure(command: variable, output: "\(directory) holds no \(form.rawValue)")
    }
    guard grouped(files).contains(where: { $0.count == Form.allCases.count }) else {
      throw CommandFailure(
        command: variable, output: "\(directory) holds no build in all forms: \(Form.allCases.map(\.rawValue))")
    }
    return files
  }

  /// The files as arguments of tests; where there are none, `TestFilesTests` says why.
  static let all = (try? found.get()) ?? []

  /// The files of each build.
  static let builds = grouped(all)

  private static func grouped(_ files: [TestFile]) -> [[TestFile]] {
    Dictionary(grouping: files, by: \.release).sorted { $0.key < $1.key }.map(\.value)
  }
}
