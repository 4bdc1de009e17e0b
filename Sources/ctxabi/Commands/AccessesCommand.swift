import ArgumentParser
import Extraction

/// `ctxabi accesses`
struct AccessesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "accesses",
    abstract: "Lists every access that the verifier accepts, with the instructions that replace it.",
    discussion: """
      One line an access, six columns separated by tabs: configuration (program type and attach type), kind (read, \
      readsx, write, writeimm), size and offset in bytes, registers (diff: r1 and r2, same: r1 and r1, r9: r6 and r9, \
      r8r9: r8 and r9), and the instructions in hexadecimal as they lie in the kernel's memory. A running verifier's \
      answers, written in these columns, can be compared by diff.

      Example:
        ctxabi accesses vmlinux | grep '^XDP'
      """)

  @OptionGroup var build: BuildOptions

  func run() throws {
    let (build, provenance) = try build.open(tellsRules: false)
    var pending = ""
    let holes: [AccessListing.Hole]
    let progress = Console.Progress()
    do {
      defer { progress.finish() }
      holes = try AccessListing(build).forEach(progress: progress.asking(provenance.release)) { access in
        pending += access.line
        pending += "\n"
        if pending.utf8.count > 1 << 16 {
          Console.output(pending)
          pending = ""
        }
      }
    } catch {
      throw Failure(message: "\(self.build.kernel): \(error)")
    }
    Console.output(pending)
    try Console.report(holes, of: self.build.kernel)
  }
}
