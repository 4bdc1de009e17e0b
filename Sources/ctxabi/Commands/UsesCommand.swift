import ArgumentParser
import Compatibility
import Programs
import Reporting

/// `ctxabi uses`
struct UsesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "uses",
    abstract: "Lists what compiled BPF programs access: every field, with instruction and source line.",
    discussion: """
      Takes BPF objects (ELF files as clang, gcc and bpftool write them, of either byte order), directories of them, and \
      corpus files. With --on, each access is told with what it means on a build. --format tsv writes a line an access: \
      program, instruction as in the verifier's log, base, kind, offset:size, file:line. --format json writes a corpus, \
      which stands for the objects wherever these are given. The exit status is 2 when not all accesses of a program can \
      be told.

      Examples:
        ctxabi uses lb.bpf.o
        ctxabi uses lb.bpf.o --on debian-6.12-amd64
        ctxabi uses objects/ --format json -o programs.json
      """)

  /// The formats of a list of uses.
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, tsv, json }

  @Argument(help: "BPF objects, directories of them, or corpus files.", completion: .file())
  var objects: [String]

  @OptionGroup var programType: ProgramTypeOptions

  @Option(
    name: .customLong("on"),
    help: ArgumentHelp(
      "Tell what each access means on this build: a kernel build, a snapshot file, or a baseline.", valueName: "build"),
    completion: Completions.builds)
  var build: String?

  @Option(help: ArgumentHelp("text, tsv or json (a corpus).", valueName: "format"))
  var format: Format = .text

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The file to write; without it, the standard output.", valueName: "file"), completion: .file())
  var output = OutputFile.standardOutput

  @OptionGroup var settings: BuildSettings
  @OptionGroup var store: StoreOptions

  func validate() throws {
    if objects.isEmpty { throw ValidationError("no object is given.") }
    if build != nil, format != .text { throw ValidationError("--on goes with --format text only.") }
  }

  func run() throws {
    let programs = try ProgramFiles(kind: programType.kind).uses(objects)
    let rules = try build.map { name in
      BuildRules(
        name: name, snapshot: try SnapshotSource(name: name, settings: settings, store: store.baselines).load())
    }
    try OutputFile(path: output).write(text(programs, rules))
    if programs.contains(where: { !$0.problems.isEmpty }) { throw ExitCode(2) }
  }

  private func text(_ programs: [ProgramUses], _ rules: BuildRules?) -> String {
    switch format {
    case .text:
      let isTerminal = output == OutputFile.standardOutput
      return UsesText(
        programs, on: rules, width: Console.width, style: isTerminal && Console.isColoured ? .coloured : .plain
      ).text
    case .tsv: return UsesTable(programs).text
    case .json: return Corpus(programs).text
    }
  }
}
