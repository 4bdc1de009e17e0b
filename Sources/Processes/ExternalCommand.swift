import Foundation

/// Runs another program and waits for it.
public struct ExternalCommand: Sendable {
  /// The program, looked up in `PATH`.
  public let name: String
  public let arguments: [String]

  public init(name: String, arguments: [String]) {
    self.name = name
    self.arguments = arguments
  }

  /// What came of it.
  public struct Result: Sendable {
    /// The exit status.
    public let status: Int32
    public let output: String
    public let errors: String
  }

  /// Runs the program without any input; its output is kept, and each line of it handed to `line` as it comes.
  ///
  /// - Throws: when it can't be started, or is ended by a signal.
  public func run(line: ((Substring) -> Void)? = nil) throws(CommandError) -> Result {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [name] + arguments
    let output = Pipe()
    let errors = Pipe()
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    do { try process.run() } catch {
      throw CommandError(name: name, problem: "can't be started: \(error.localizedDescription)")
    }
    // Both pipes are emptied at once: a program that waits for one of them would wait for ever.
    let collected = CollectedErrors()
    let reader = Thread { collected.set(errors.fileHandleForReading.readDataToEndOfFile()) }
    reader.start()
    let text = Self.lines(of: output.fileHandleForReading, line)
    process.waitUntilExit()
    guard process.terminationReason == .exit else {
      throw CommandError(name: name, problem: "was ended by signal \(process.terminationStatus)")
    }
    let status = process.terminationStatus
    if status == 127 { throw CommandError(name: name, problem: "is not installed") }
    return Result(status: status, output: text, errors: collected.text)
  }

  private static func lines(of handle: FileHandle, _ body: ((Substring) -> Void)?) -> String {
    var text = ""
    var pending = ""
    while true {
      let data = handle.availableData
      if data.isEmpty { break }
      let chunk = String(decoding: data, as: UTF8.self)
      text += chunk
      guard let body else { continue }
      pending += chunk
      while let end = pending.firstIndex(of: "\n") {
        body(pending[..<end])
        pending.removeSubrange(...end)
      }
    }
    return text
  }
}

/// What a program wrote to its standard error, collected by a thread of its own.
private final class CollectedErrors: @unchecked Sendable {
  private let condition = NSCondition()
  private var data: Data?

  func set(_ data: Data) {
    condition.lock()
    self.data = data
    condition.signal()
    condition.unlock()
  }

  var text: String {
    condition.lock()
    while data == nil { condition.wait() }
    condition.unlock()
    return String(decoding: data ?? Data(), as: UTF8.self)
  }
}

/// A program that can't be run.
public struct CommandError: Error, Sendable, Hashable, CustomStringConvertible {
  public let name: String
  public let problem: String

  public var description: String { "\(name): \(problem)" }
}
