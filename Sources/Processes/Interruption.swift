import Glibc
import Synchronization

/// Hands an interruption on to the program that is being run.
///
/// Foundation gives every program a process group of its own, which the terminal's Ctrl-C does not reach. The program is
/// told, and waited for; then this process ends by the same signal, as if it had been ended at once.
enum Interruption {
  /// The process group of the program that is being run; 0 for none.
  private static let group = Atomic<pid_t>(0)
  /// The signal that has come; 0 for none.
  private static let signal = Atomic<Int32>(0)

  /// Runs `body` while interruptions go to the group of `process`.
  static func forwarded<R>(to process: pid_t, _ body: () -> R) -> R {
    group.store(process, ordering: .sequentiallyConsistent)
    _ = installed
    // One that came before there was anything to hand it to.
    let early = signal.load(ordering: .sequentiallyConsistent)
    if early != 0 { kill(-process, SIGTERM) }
    defer {
      group.store(0, ordering: .sequentiallyConsistent)
      let late = signal.load(ordering: .sequentiallyConsistent)
      if late != 0 { end(by: late) }
    }
    return body()
  }

  private static let installed: Void = {
    for number in [SIGINT, SIGTERM, SIGHUP] {
      // What is ignored from the start (nohup) stays so. SIG_IGN is the function at address 1.
      let before = Glibc.signal(number, handle)
      if unsafeBitCast(before, to: Int.self) == 1 { Glibc.signal(number, SIG_IGN) }
    }
  }()

  /// The handler: only atomic operations, and calls that are safe in one (signal-safety(7)).
  private static let handle: @convention(c) (Int32) -> Void = { number in
    let running = group.load(ordering: .sequentiallyConsistent)
    let isFirst = signal.exchange(number, ordering: .sequentiallyConsistent) == 0
    if running == 0 || !isFirst {
      if running != 0 { kill(-running, SIGKILL) }
      end(by: number)
    } else {
      kill(-running, SIGTERM)
    }
  }

  private static func end(by number: Int32) {
    Glibc.signal(number, SIG_DFL)
    raise(number)
  }
}
