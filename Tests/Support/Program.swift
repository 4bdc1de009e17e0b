import Foundation

/// Runs the program that is tested: it stands beside the tests.
public enum Program {
  /// What came of a run.
  public struct Run: Sendable {
    /// The exit status, or 128 and the number of the signal that ended it, as a shell says.
    public let status: Int32
    public let output: String
    public let messages: String

    /// The rules of the findings, each as often as it is found.
    public var rules: [String] {
      output.matches(of: /\[([a-z]+(?:-[a-z]+)+)\]/).map { String($0.1) }
    }
  }

  /// A run that has begun.
  public struct Running {
    fileprivate let process: Process
    fileprivate let files: [URL]

    public var identifier: pid_t { process.processIdentifier }

    /// Waits for its end.
    public func finish() throws -> Run {
      process.waitUntilExit()
      let signalled = process.terminationReason == .uncaughtSignal
      return Run(
        status: process.terminationStatus + (signalled ? 128 : 0),
        output: try String(contentsOf: files[0], encoding: .utf8),
        messages: try String(contentsOf: files[1], encoding: .utf8))
    }
  }

  public static var path: String {
    URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent("ctxabi").path
  }

  /// - Parameter environment: variables besides those of the tests; empty ones are taken away.
  /// - Parameter shell: what a shell does first; the program takes its place then.
  public static func start(
    _ arguments: [String], environment: [String: String] = [:], input: String = "", shell: String? = nil
  ) throws -> Running {
    let process = Process()
    if let shell {
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = ["-c", "\(shell); exec \"$0\" \"$@\"", path] + arguments
    } else {
      process.executableURL = URL(fileURLWithPath: path)
      process.arguments = arguments
    }
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }.filter { $1 != "" }
    let files = try [TemporaryFile.write([]), TemporaryFile.write([])].map { URL(fileURLWithPath: $0) }
    process.standardOutput = try FileHandle(forWritingTo: files[0])
    process.standardError = try FileHandle(forWritingTo: files[1])
    process.standardInput = try FileHandle(
      forReadingFrom: URL(fileURLWithPath: TemporaryFile.write(Array(input.utf8))))
    // Tests run on threads that take no signals, which a new process would go on with.
    var (none, before) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try process.run()
    return Running(process: process, files: files)
  }

  public static func run(
    _ arguments: [String], environment: [String: String] = [:], input: String = "", shell: String? = nil
  ) throws -> Run {
    try start(arguments, environment: environment, input: input, shell: shell).finish()
  }
}
