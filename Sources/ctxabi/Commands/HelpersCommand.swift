import ArgumentParser
import ContextABI
import Reporting

/// `ctxabi helpers`
struct HelpersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "helpers",
    abstract: "Shows which programs may call which helper functions, how, and on what terms.",
    discussion: """
      Below each helper stand its prototypes, as the verifier has them, each with the program types that get it and what \
      they must bring: capabilities of who loads the program, a licence (gpl_only), the permission to sleep. An attach type \
      is named where it makes a difference.

      tsv lists a pair of program type and helper a line, as bpftool feature probe does: for programs whose attach type is \
      left out, loaded with all capabilities.

      Examples:
        ctxabi helpers vmlinux --helper bpf_skb_load_bytes
        ctxabi helpers vmlinux --prog-type xdp
        ctxabi helpers vmlinux --format tsv | grep '^xdp'
      """)

  @OptionGroup var build: BuildOptions

  @Option(
    help: ArgumentHelp("Only this helper (repeatable): bpf_skb_load_bytes, …", valueName: "name"), completion: Completions.helpers
  )
  var helper: [String] = []

  @Option(
    help: ArgumentHelp(
      "Only what programs of this type get (repeatable): xdp, cgroup_sock_addr/inet4_bind, …", valueName: "type"),
    completion: Completions.programTypes)
  var progType: [String] = []

  @Option(help: ArgumentHelp("text, tsv or json.", valueName: "format"))
  var format: HelpersFormat = .text

  func run() throws {
    let (opened, _) = try build.open(tellsRules: false)
    guard let interface = try opened.interface() else {
      throw Failure(message: "\(build.kernel): the running kernel is not asked for helpers; give its vmlinuz or vmlinux")
    }
    let selected = try HelperSelection(helpers: helper, programs: progType).select(from: interface.interface)
    switch format {
    case .tsv: Console.output(selected.pairs.map { "\($0.type)\t\($0.helper)\n" }.joined())
    case .json: Console.output(selected.document + "\n")
    case .text:
      let text = HelperTextTable(selected, width: Console.width)
      Console.output(text.lines.joined(separator: "\n") + "\n")
    }
    let holes = interface.holes.map { hole, programs in
      "\(hole.helper.map { "\($0): " } ?? "")\(hole.reason) (\(programs.sorted().joined(separator: ", ")))"
    }
    for hole in holes.sorted() { Console.error("\(build.kernel): not known: \(hole)") }
    if !interface.holes.isEmpty { throw ExitCode(2) }
  }
}

/// The formats that `helpers` writes.
enum HelpersFormat: String, ExpressibleByArgument, CaseIterable { case text, tsv, json }

/// The helpers and programs that a command line names.
struct HelperSelection {
  let helpers: [String]
  let programs: [String]

  func select(from interface: ProgramInterface) throws -> ProgramInterface {
    var result = interface
    if !helpers.isEmpty {
      for name in helpers where !interface.helpers.contains(where: { $0.name == name }) {
        throw Failure(message: "\(name): the build has no such helper")
      }
      result.helpers = interface.helpers.filter { helpers.contains($0.name) }
    }
    guard !programs.isEmpty else { return result }
    var names: Set<String> = []
    for wanted in programs {
      let found = interface.programs.filter {
        $0.name.lowercased() == wanted.lowercased() || $0.type.lowercased() == wanted.lowercased()
      }
      guard !found.isEmpty else { throw Failure(message: "\(wanted): the build has no such program type") }
      names.formUnion(found.map(\.name))
    }
    return result.restricted(to: names)
  }
}
