import Foundation

/// A program that a test runs.
enum ChildProcess {
  struct Result {
    let status: Int32
    let output: String
    let errors: String
  }

  static func run(_ program: String, _ arguments: [String]) throws -> Result {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    // Files, not pipes: what nobody reads could fill a pipe up.
    let files = try ["output", "errors"].map { name in
      let file = directory.appendingPathComponent(name)
      try Data().write(to: file)
      return (file, try FileHandle(forWritingTo: file))
    }
    process.standardOutput = files[0].1
    process.standardError = files[1].1
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    let texts = try files.map { file, handle in
      try handle.close()
      return String(decoding: try Data(contentsOf: file), as: UTF8.self)
    }
    return Result(status: process.terminationStatus, output: texts[0], errors: texts[1])
  }

  /// The command line tool, which is built beside the tests.
  static let ctxabi: String = {
    // `swift test` runs a helper of its own, and tells it where the tests are.
    let arguments = CommandLine.arguments
    let bundle = arguments.firstIndex(of: "--test-bundle-path").map { arguments[$0 + 1] } ?? arguments[0]
    return URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("ctxabi").path
  }()
}
