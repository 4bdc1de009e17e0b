import ContextABI
import Extraction
import Glibc
import Reporting

/// What goes to the terminal, and how a command ends.
enum Console {
  /// Whether a stream is a terminal.
  static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

  /// Whether the output should be coloured: on a terminal, unless the user says no (see no-color.org).
  static var isColoured: Bool {
    guard isTerminal(STDOUT_FILENO) else { return false }
    if let value = getenv("NO_COLOR"), value[0] != 0 { return false }
    return getenv("TERM").map { String(cString: $0) } != "dumb"
  }

  /// The columns of the terminal; 80 elsewhere.
  static var width: Int {
    var size = winsize()
    guard isTerminal(STDOUT_FILENO), ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0,
      size.ws_col >= 40
    else { return 80 }
    return min(Int(size.ws_col), 120)
  }

  static func output(_ text: String) { write(text, to: STDOUT_FILENO) }

  static func error(_ message: String) {
    write("ctxabi: \(Printable.lines(message))\n", to: STDERR_FILENO)
  }

  /// A line that is neither result nor error.
  static func note(_ line: String) { write("\(line)\n", to: STDERR_FILENO) }

  /// Says what is missing from the listing of the build `name`, if anything is.
  ///
  /// - Throws: when something is.
  static func report(_ holes: [AccessListing.Hole], of name: String) throws {
    guard !holes.isEmpty else { return }
    for hole in holes.prefix(10) {
      error("\(hole.configuration): \(hole.access ?? "every access") can't be told: \(hole.reason)")
    }
    throw Failure(message: "\(name): \(holes.count) accesses or configurations can't be told; the listing is not whole")
  }

  /// Says what of a build is not known.
  static func reportHoles(of snapshot: Snapshot) {
    let holes = snapshot.coverage.filter(\.isHole)
    for item in holes.prefix(10) {
      error("not covered: \(item.programs.joined(separator: ", ")): \(item.reason)")
    }
    if holes.count > 10 {
      error("not covered: \(holes.count - 10) more; the snapshot's \"coverage\" lists all of them")
    }
  }

  private static func write(_ text: String, to descriptor: Int32) {
    var text = text
    text.withUTF8 { bytes in
      var written = 0
      while written < bytes.count {
        let count = Glibc.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
        if count < 0 && errno == EINTR { continue }
        // A reader that went away (`| head`) is no error of ours.
        if count <= 0 { giveUp(descriptor, errno) }
        written += count
      }
    }
  }

  /// Ends because nothing more can be written, and says so where that can still be done.
  private static func giveUp(_ descriptor: Int32, _ problem: Int32) -> Never {
    if problem == EPIPE { exit(0) }
    if descriptor == STDOUT_FILENO {
      error("the standard output can't be written: \(String(cString: strerror(problem)))")
    }
    exit(2)
  }

  /// A line on the terminal that says what is being done, and is gone when it is done.
  ///
  /// It appears only when the work takes longer than a second, and only on a terminal.
  final class Progress {
    private let start = Console.seconds
    private var isShown = false

    func show(_ text: String) {
      guard Console.isTerminal(STDERR_FILENO), Console.seconds - start > 1 else { return }
      isShown = true
      Console.write("\r\u{1b}[K\(text.prefix(78))", to: STDERR_FILENO)
    }

    /// Shows how far the accesses of the kernel `release` have been asked for.
    func asking(_ release: String) -> (_ program: String, _ number: Int, _ count: Int) -> Void {
      { name, number, count in
        self.show("asking the verifier of \(release): \(name) (\(number) of \(count))")
      }
    }

    func finish() {
      if isShown { Console.write("\r\u{1b}[K", to: STDERR_FILENO) }
      isShown = false
    }
  }

  /// A clock that only goes forward.
  static var seconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

/// Why a command can't do what it was asked for.
struct Failure: Error {
  let message: String
  /// The exit status: 2, the check could not be made.
  var status: Int32 = 2

  /// The exit status for a name that nothing has: a wrong use of the command, as other words that it does not know.
  static let unknownName: Int32 = 64
}
