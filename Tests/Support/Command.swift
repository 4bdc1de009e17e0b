import Foundation

/// Runs other programs.
public enum Command {
  /// Runs a program by its path, or by its name in PATH, and returns what it writes to its standard output.
  ///
  /// - Throws: `CommandFailure` when it does not exit with status 0.
  @discardableResult
  public static func run(
    _ program: String, _ arguments: [String], in directory: String? = nil
  ) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    if let directory { process.currentDirectoryURL = URL(fileURLWithPath: directory) }
    let scratch = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    guard FileManager.default.createFile(atPath: scratch.path, contents: nil) else {
      throw CommandFailure(command: program, output: "no file can be made in the temporary directory")
    }
    defer { try? FileManager.default.removeItem(at: scratch) }
    // Messages go to a file: a second pipe that nobody reads could fill up.
    let messages = try FileHandle(forWritingTo: scratch)
    let output = Pipe()
    process.standardOutput = output
    process.standardError = messages
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try messages.close()
    guard process.terminationStatus == 0 else {
      let problem = (try? String(contentsOf: scratch, encoding: .utf8)) ?? ""
      throw CommandFailure(
        command: ([program] + arguments).joined(separator: " "),
        output: "exit status \(process.terminationStatus): \(problem)")
    }
    return String(decoding: text, as: UTF8.self)
  }
}

/// A program that a test needs and that did not do its work.
public struct CommandFailure: Error, CustomStringConvertible {
  public let command: String
  public let output: String

  public init(command: String, output: String) {
    self.command = command
    self.output = output
  }

  public var description: String { "\(command): \(output)" }
}
