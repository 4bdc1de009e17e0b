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

  /// Runs the program to its end; after `limit` seconds of processor time a signal ends it.
  public init(_ arguments: [String], seconds limit: Int) throws {
    let output = try Command.run("python3", ["-c", Self.script, "\(limit)", Program.path] + arguments)
    let lines = output.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
    let numbers = lines[0].split(separator: " ").compactMap { Double($0) }
    guard numbers.count == 3 else { throw CommandFailure(command: "python3", output: output) }
    let ended = Int32(numbers[0])
    status = ended < 0 ? nil : ended
    signal = max(0, -ended)
    seconds = numbers[1]
    megabytes = Int(numbers[2]) / 1024
    messages = lines.count > 1 ? String(lines[1]) : ""
  }

  /// A process takes over the peak memory of the one that it was forked from (getrusage(2), ru_maxrss): that must be a small
  /// one, and not this.
  private static let script = """
    import resource, subprocess, sys
    limit = int(sys.argv[1])
    run = subprocess.run(
        sys.argv[2:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (limit, limit)))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(run.returncode, used.ru_utime + used.ru_stime, used.ru_maxrss)
    print(run.stderr.decode(errors="replace"))
    """
}
