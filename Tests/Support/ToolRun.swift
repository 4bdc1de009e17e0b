import Foundation

/// A run of `ctxabi`: how it ended, and what it wrote.
public struct ToolRun: Sendable {
  /// The exit status; nil when a signal ended it.
  public let status: Int32?
  public let output: String
  public let messages: String

  /// The program stands beside the tests.
  public static let path = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    .appendingPathComponent("ctxabi").path

  /// Runs the program to its end.
  ///
  /// - Parameters:
  ///   - wrapper: a program, with its arguments, that starts it in some other way.
  ///   - seconds: after these it is killed: a program that waits for something that does not come fails its test.
  public init(
    _ arguments: [String], wrapper: [String] = [], in directory: String? = nil, seconds: Double = 120
  ) throws {
    self = try Running(arguments, wrapper: wrapper, in: directory).wait(seconds: seconds)
  }

  /// A run that has not ended.
  public final class Running {
    private let process = Process()
    private let scratch: URL

    public init(_ arguments: [String], wrapper: [String] = [], in directory: String? = nil) throws {
      scratch = URL(fileURLWithPath: try TemporaryFile.write([], name: "output")).deletingLastPathComponent()
      let messages = scratch.appendingPathComponent("messages")
      try Data().write(to: messages)
      let command = wrapper + [ToolRun.path] + arguments
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = command
      if let directory { process.currentDirectoryURL = URL(fileURLWithPath: directory) }
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = try FileHandle(forWritingTo: scratch.appendingPathComponent("output"))
      process.standardError = try FileHandle(forWritingTo: messages)
      try process.run()
    }

    /// Ends it as nobody can prevent.
    public func kill() { Foundation.kill(process.processIdentifier, SIGKILL) }

    public func wait(seconds: Double = 120) throws -> ToolRun {
      let end = Date().addingTimeInterval(seconds)
      while process.isRunning, Date() < end { usleep(2000) }
      if process.isRunning { kill() }
      process.waitUntilExit()
      defer { try? FileManager.default.removeItem(at: scratch) }
      return ToolRun(
        status: process.terminationReason == .exit ? process.terminationStatus : nil,
        output: try String(contentsOf: scratch.appendingPathComponent("output"), encoding: .utf8),
        messages: try String(contentsOf: scratch.appendingPathComponent("messages"), encoding: .utf8))
    }
  }

  private init(status: Int32?, output: String, messages: String) {
    self.status = status
    self.output = output
    self.messages = messages
  }
}
