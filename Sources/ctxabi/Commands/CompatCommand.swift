import ArgumentParser
import Baselines
import Compatibility
import ContextABI
import Programs
import Reporting

extension CompatibilityFormat: ExpressibleByArgument {}

/// `ctxabi compat`
struct CompatCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compat",
    abstract: "Tells on which kernels BPF programs load, as far as contexts and helpers go, and what they mean there.",
    discussion: """
      Takes BPF objects, directories of them, and corpus files, and holds each program against builds: without --on, \
      against every baseline of this machine's architecture. With --reference, a program that loads and sees something \
      else than on that build is told, too. A verdict is loads, refused, differs or unknown. The exit status is 1 when a \
      program is refused or differs, 2 when that can't be told, else 0.

      Examples:
        ctxabi compat lb.bpf.o
        ctxabi compat lb.bpf.o --on debian-6.1-amd64 --on debian-6.12-amd64
        ctxabi compat lb.bpf.o --reference debian-6.1-amd64 --format html -o lb.html
      """)

  @Argument(help: "BPF objects, directories of them, or corpus files.", completion: .file())
  var objects: [String]

  @OptionGroup var programType: ProgramTypeOptions

  @Option(
    name: .customLong("on"), parsing: .upToNextOption,
    help: ArgumentHelp(
      "The builds, the oldest first: kernel builds, snapshot files or baselines.", valueName: "build"),
    completion: Completions.builds)
  var builds: [String] = []

  @Option(
    help: ArgumentHelp("The build that the programs were made for: what means something else is told.", valueName: "build"),
    completion: Completions.builds)
  var reference: String?

  @Option(help: ArgumentHelp("text, tsv, json, markdown, html or junit.", valueName: "format"))
  var format: CompatibilityFormat = .text

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The file to write; without it, the standard output.", valueName: "file"), completion: .file())
  var output = OutputFile.standardOutput

  @OptionGroup var settings: BuildSettings
  @OptionGroup var store: StoreOptions

  func validate() throws {
    if objects.isEmpty { throw ValidationError("no object is given.") }
  }

  func run() throws {
    let programs = try ProgramFiles(kind: programType.kind).uses(objects)
    let rules = try builds.isEmpty ? baselines() : builds.map(load)
    let reference = try self.reference.map { name in
      MeaningReference(try rules.first { $0.name == name } ?? load(name))
    }
    let table = CompatibilityTable(programs, on: rules, reference: reference)
    let isTerminal = output == OutputFile.standardOutput
    try OutputFile(path: output).write(
      CompatibilityReport(table, toolVersion: Version.text).text(
        format, width: Console.width, style: isTerminal && Console.isColoured ? .coloured : .plain))
    if table.exitStatus != 0 { throw ExitCode(table.exitStatus) }
  }

  private func load(_ name: String) throws -> BuildRules {
    BuildRules(name: name, snapshot: try SnapshotSource(name: name, settings: settings, store: store.baselines).load())
  }

  /// Every baseline of this machine's architecture, the oldest release first.
  private func baselines() throws -> [BuildRules] { try Concurrently.map(store.ownBaselines(), load) }
}
