import ArgumentParser
import Glibc

/// The command line.
@main
struct Ctxabi: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ctxabi",
    abstract: "Audits the ABI that the Linux kernel promises to BPF programs through their contexts.",
    discussion: """
      A BPF program sees a packet through struct __sk_buff, which does not exist at run time: the verifier rewrites \
      every access. ctxabi takes a kernel build, runs the kernel's own verifier callbacks in an emulator, and tells what \
      each field of each context means.

      Start with:
        ctxabi show vmlinux --context __sk_buff
        ctxabi diff vmlinux-old vmlinux-new
      """,
    version: Version.text,
    subcommands: [
      ShowCommand.self, HelpersCommand.self, SnapshotCommand.self, AccessesCommand.self, DiffCommand.self,
      CheckCommand.self, BisectCommand.self, BaselineCommand.self, VerifyCommand.self, LintCommand.self,
      RulesCommand.self, ExplainCommand.self,
      ReportCommand.self, HistoryCommand.self, FieldCommand.self, MatrixCommand.self,
      UsesCommand.self, CompatCommand.self,
    ])

  static func main() {
    do {
      try checkHelp(Array(CommandLine.arguments.dropFirst()))
      var command = try parseAsRoot()
      try command.run()
    } catch let failure as Failure {
      Console.error(failure.message)
      Glibc.exit(failure.status)
    } catch {
      suggestCommand()
      end(with: error)
    }
  }

  /// Says which command a first word may stand for that is none.
  private static func suggestCommand() {
    guard let word = CommandLine.arguments.dropFirst().first, !word.hasPrefix("-") else { return }
    let known = configuration.subcommands.compactMap { $0.configuration.commandName }
    let near = Suggestion.names(like: word, among: known)
    if !known.contains(word), word != "help", !near.isEmpty {
      Console.error("there is no command \(word); did you mean \(near.joined(separator: " or "))?")
    }
  }
}
