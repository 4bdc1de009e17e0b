import ArgumentParser
import ContextABI
import Reporting

/// `ctxabi show`
struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Shows what programs see: layouts, who may access which field, and what it means.",
    discussion: """
      The layout is written as pahole does: offset and size in bytes behind each member. Below a field stands, for each \
      way to access it, the expression over the kernel's own members that the access stands for; `value` is what a store \
      stores. `read` covers reads that extend the sign, and `write` stores of immediates, unless these stand on their own. \
      In brackets: the programs, by type and, where it matters, attach type (`if it also reads tstamp_type`: \
      of programs that access that field, too; `ptr:` a socket pointer that a context or a helper hands out); the type of register that a read gives; \
      and which parts of the field may be accessed, as offset:size, where not every aligned part may: `4-byte access only` \
      none, `14:2 gives the same value` a part that gives what the whole gives.

      Examples:
        ctxabi show vmlinux --context __sk_buff
        ctxabi show vmlinux --context __sk_buff --prog-type sched_cls --raw
        ctxabi show vmlinux --context xdp_md --layout
        ctxabi show 6.12 --context bpf_sock
        ctxabi show vmlinux --prog-type xdp --helpers
      """)

  @OptionGroup var source: SourceOptions

  @Option(
    help: ArgumentHelp("Only this context (repeatable): __sk_buff, xdp_md, …", valueName: "structure"),
    completion: Completions.contexts)
  var context: [String] = []

  @Option(
    help: ArgumentHelp(
      "Only what programs of this type see (repeatable): sched_cls, cgroup_sock_addr/inet4_bind, …",
      valueName: "type"),
    completion: Completions.programTypes)
  var progType: [String] = []

  @Flag(help: "The layout alone: offsets, sizes, holes.")
  var layout = false

  @Flag(help: "The instructions that replace each access, too, in the kernel's own wording.")
  var raw = false

  @Flag(
    help: "What programs get besides their contexts: helpers, marks that accesses set, instructions that the kernel adds.")
  var helpers = false

  @Option(help: ArgumentHelp("text, or json (the snapshot's format).", valueName: "format"))
  var format: OutputFormat = .text

  func validate() throws {
    if layout && raw { throw ValidationError("--layout and --raw exclude each other.") }
    if helpers && (layout || raw) { throw ValidationError("--helpers excludes --layout and --raw.") }
  }

  func run() throws {
    let whole = try layout ? layouts() : source.snapshot()
    let snapshot = try SnapshotSelection(contexts: context, programs: progType).select(from: whole)
    if format == .json {
      Console.output(snapshot.json)
      return
    }
    if helpers {
      try showInterface(of: snapshot)
      return
    }
    let text = ContextText(
      snapshot, detail: layout ? .layout : raw ? .instructions : .meaning, width: Console.width,
      style: Console.isColoured ? .coloured : .plain)
    Console.output(
      snapshot.contexts.map { text.lines($0).joined(separator: "\n") + "\n" }.joined(separator: "\n"))
    Console.reportHoles(of: snapshot)
  }

  private func showInterface(of snapshot: Snapshot) throws {
    guard let interface = snapshot.interface else {
      throw Failure(message: "\(source.kernel): the running kernel is not asked for helpers; give its vmlinuz or vmlinux")
    }
    Console.output(InterfaceText(interface, width: Console.width).lines.joined(separator: "\n") + "\n")
    Console.reportHoles(of: snapshot)
  }

  /// A snapshot of layouts alone: of a build, nothing is emulated for it.
  private func layouts() throws -> Snapshot {
    let kind = try source.source.kind()
    guard case .build = kind else { return try source.source.load(kind) }
    let (build, provenance) = try source.settings.open(source.kernel)
    do { return try build.layouts(of: context, provenance) } catch {
      throw Failure(message: "\(source.kernel): \(error)")
    }
  }
}

/// The formats that `show` writes.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable { case text, json }
