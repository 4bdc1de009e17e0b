import Foundation

/// A run of the program that is tested, with what it took.
public struct MeasuredRun: Sendable {
  /// The exit status; nil when a signal ended it.
  public let status: Int32?
  /// The signal that ended it; 0 for none.
  public let signal: Int32
  /// Of the processor, which other work on the machine does not lengthen.
  public let seconds: Double
  /// At its peak, in megabytes.
  public let megabytes: Int
  public let messages: String

  /// Runs the program to its end; after `seconds` of processor time it is ended by SIGXCPU.
  public init(_ arguments: [String], seconds limit: Int) throws {
    let messages = try TemporaryFile.write([], name: "messages")
    defer { try? FileManager.default.removeItem(at: URL(fileURLWithPath: messages).deletingLastPathComponent()) }
    let command =
      ["/bin/sh", "-c", "ulimit -t \(limit); exec \"$0\" \"$@\" 2>'\(messages)' >/dev/null", Program.path] + arguments
    var pointers: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    var identifier: pid_t = 0
    let problem = posix_spawn(&identifier, "/bin/sh", nil, nil, &pointers, environ)
    guard problem == 0 else { throw CommandFailure(command: "sh", output: String(cString: strerror(problem))) }
    var ended: Int32 = 0
    var usage = rusage()
    while wait4(identifier, &ended, 0, &usage) < 0 && errno == EINTR {}
    signal = ended & 0x7f
    status = signal == 0 ? ended >> 8 & 0xff : nil
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000 }
    self.seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime)
    megabytes = usage.ru_maxrss / 1024
    self.messages = try String(contentsOfFile: messages, encoding: .utf8)
  }
}
