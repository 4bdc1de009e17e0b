import ArgumentParser
import ContextABI
import Reporting

extension FieldFormat: ExpressibleByArgument {}

/// `ctxabi field`
struct FieldCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "field",
    abstract: "Tells of one field through kernels: since when it is there, what it means, who may access it.",
    discussion: """
      The first line says whether a program can use the field on all of the builds, and why not. Below, each build in \
      which something happened: the declaration, what changed since the build before, and the accesses with their \
      meanings. Builds are every baseline of this machine's architecture; --from and --to choose the first and the last, \
      each of them any build, or --on names them all.

      Examples:
        ctxabi field __sk_buff.tstamp --from 6.1 --to 7.2 --prog-type sched_cls
        ctxabi field bpf_sock_ops.args[1] --format markdown
        ctxabi field xdp_md.egress_ifindex --from 6.1 --to vmlinux
      """)

  @Argument(
    help: "The field: context, dot, field, as in __sk_buff.mark or __sk_buff.cb[2].", completion: Completions.placedFields)
  var field: String

  @OptionGroup var range: BuildRange

  @Option(
    help: ArgumentHelp(
      "Only for programs of this type (repeatable): sched_cls, cgroup_sock_addr/inet4_bind, …", valueName: "type"),
    completion: Completions.programTypes)
  var progType: [String] = []

  @Option(help: ArgumentHelp("text, json or markdown.", valueName: "format"))
  var format: FieldFormat = .text

  func run() throws {
    let sides = try range.sides()
    let (context, member) = try names(among: sides.map(\.snapshot))
    let parts = try FieldSelection(context: context, programs: progType).select(from: sides)
    let history = FieldHistory(context: context, field: member, parts, programs: progType, toolVersion: Version.text)
    guard history.isKnown else {
      let known = Set(sides.flatMap { $0.snapshot.contexts.filter { $0.name == context }.flatMap(\.layout.members) }.map(\.name))
      throw Failure(
        message:
          "none of the builds has a field \(member) in \(context)\(Suggestion.text(for: String(member.prefix { $0 != "[" }), among: known.sorted()))",
        status: Failure.unknownName)
    }
    Console.output(history.text(format, width: Console.width, style: Console.isColoured ? .coloured : .plain))
  }

  /// The context and the field: names of contexts may have dots in them.
  private func names(among snapshots: [Snapshot]) throws -> (context: String, member: String) {
    let known = Set(snapshots.flatMap { $0.contexts.map(\.name) })
    let context = known.filter { field.hasPrefix("\($0).") }.max { $0.count < $1.count }
    if let context { return (context, String(field.dropFirst(context.count + 1))) }
    let word = String(field.prefix { $0 != "." })
    if known.contains(word) {
      throw Failure(message: "\(word) is a context: name a field of it, as \(word).FIELD", status: Failure.unknownName)
    }
    throw Failure(
      message: "none of the builds has a context \(word)\(Suggestion.text(for: word, among: known.sorted()))",
      status: Failure.unknownName)
  }
}

/// What of builds is asked for where the question is one context.
private struct FieldSelection {
  let context: String
  /// The programs' types, as the user named them; none stands for all.
  let programs: [String]

  /// The part of each build. A program type that some builds lack is no mistake; one that none has is.
  func select(from sides: [ComparisonReport.Side]) throws -> [ComparisonReport.Side] {
    let seeing = sides.flatMap { $0.snapshot.programs.filter { $0.context == context } }.map { ($0.name, $0.type, $0.attachType) }
    let words = try programs.map { word in
      guard let resolved = ProgramWord.resolved(word, among: seeing) else {
        throw Failure(
          message: "no programs of type \(word) see \(context)\(Suggestion.text(for: word, among: ProgramWord.offers(seeing)))",
          status: Failure.unknownName)
      }
      return resolved
    }
    return sides.map { ComparisonReport.Side(name: $0.name, snapshot: part(of: $0.snapshot, words)) }
  }

  private func part(of snapshot: Snapshot, _ words: [String]) -> Snapshot {
    var part = snapshot
    part.programs = snapshot.programs.filter { program in
      program.context == context
        && (words.isEmpty || words.contains { Program.isNamed($0, name: program.name, type: program.type) })
    }
    let kept = Set(part.programs.map(\.name))
    part.contexts = snapshot.contexts.filter { $0.name == context }.map { SnapshotSelection.narrowed($0, to: kept) }
    part.coverage = snapshot.coverage.filter { $0.programs.contains(where: kept.contains) }
    part.interface = nil
    return part
  }
}
