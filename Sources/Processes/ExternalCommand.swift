import Foundation

/// Runs another program and waits for it.
public struct ExternalCommand: Sendable {
  /// The program, looked up in `PATH`.
  public let name: String
  public let arguments: [String]
  /// Variables that the program finds besides those of this process.
  public let environment: [String: String]

  public init(name: String, arguments: [String], environment: [String: String] = [:]) {
    self.name = name
    self.arguments = arguments
    self.environment = environment
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
    process.environment = Self.inherited.merging(environment) { _, new in new }
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
    let text = Interruption.forwarded(to: process.processIdentifier) {
      let text = Self.lines(of: output.fileHandleForReading, line)
      process.waitUntilExit()
      return text
    }
    guard process.terminationReason == .exit else {
      throw CommandError(name: name, problem: "was ended by signal \(process.terminationStatus)")
    }
    let status = process.terminationStatus
    if status == 127 { throw CommandError(name: name, problem: "is not installed") }
    return Result(status: status, output: text, errors: collected.text)
  }

  /// The variables of this process, without those by which git tells its hooks of their repository, and make its recipes of
  /// their make: what is run here is about other ones.
  private static let inherited = ProcessInfo.processInfo.environment.filter {
    ![
      "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
      "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_PREFIX", "GIT_QUARANTINE_PATH", "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE",
      "MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEFILES", "MAKEOVERRIDES", "KBUILD_OUTPUT", "KBUILD_EXTMOD",
    ].contains($0.key)
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

  public init(name: String, problem: String) {
    self.name = name
    self.problem = problem
  }

  public var description: String { "\(name): \(problem)" }
}
