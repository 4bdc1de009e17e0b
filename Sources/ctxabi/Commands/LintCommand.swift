import ArgumentParser
import Comparison
import ContextABI
import Reporting

/// `ctxabi lint`
struct LintCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lint",
    abstract: "Finds conversions of one build that are wrong in themselves.",
    discussion: """
      A read that can give more bits than it reads, an access that changes a register it does not name, or does something \
      else when the value goes to the register of the context, one that is accepted and then refused, bytes of a field \
      that read the same kernel byte. One finding a field and cause. The exit status is 1 when there are findings.

      Example:
        ctxabi lint vmlinux
      """)

  @Argument(help: "A kernel build, a snapshot file, or a baseline.", completion: .file())
  var kernel: String

  @OptionGroup var settings: BuildSettings
  @OptionGroup var store: StoreOptions

  func run() throws {
    let snapshot = try SnapshotSource(name: kernel, settings: settings, store: store.baselines).load()
    let findings = Soundness(snapshot).findings()
    Console.output(
      LintReport(
        snapshot, findings, width: Console.width, style: Console.isColoured ? .coloured : .plain
      ).text)
    if !findings.isEmpty { throw ExitCode(1) }
  }
}
