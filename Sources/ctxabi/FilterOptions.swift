import ArgumentParser
import Comparison
import ContextABI

/// Which findings are wanted: shared by the commands that find some.
struct FilterOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Only findings about this context (repeatable), or, as !xdp_md, about others: __sk_buff, helpers, …", valueName: "structure"
    ),
    completion: Completions.contexts)
  var context: [String] = []

  @Option(
    help: ArgumentHelp("Only findings about this field (repeatable; ! excludes): mark, __sk_buff.mark.", valueName: "field"),
    completion: Completions.fields)
  var field: [String] = []

  @Option(
    help: ArgumentHelp(
      "Only findings about programs of this type (repeatable; ! excludes): sched_cls, tc, cgroup_sock_addr/inet4_bind.",
      valueName: "type"),
    completion: Completions.programTypes)
  var progType: [String] = []

  @Option(
    help: ArgumentHelp("Only findings of this rule (repeatable; ! excludes).", valueName: "rule"),
    completion: Completions.rules)
  var rule: [String] = []

  /// The filter for what is found in these snapshots.
  ///
  /// - Throws: where a word names nothing that there could be: a filter that leaves all out by a slip would make a gate green.
  func filter(for snapshots: [Snapshot]) throws -> FindingFilter {
    var filter = FindingFilter()
    filter.contexts = try context.map { try known($0, "context", among: Self.contexts(snapshots)) }
    filter.fields = try field.map { try known($0, "field", among: Self.fields(snapshots)) }
    filter.rules = try rule.map { try known($0, "rule", among: Set(RuleCatalog.all.map(\.id))) }
    let programs = ProgramWord.known(in: snapshots)
    filter.programs = try progType.map { word in
      let (sign, bare) = Self.parts(word)
      guard let resolved = ProgramWord.resolved(bare, among: programs) else {
        throw Failure(
          message:
            "--prog-type \(word): no build has such programs\(Suggestion.text(for: bare, among: ProgramWord.offers(programs)))",
          status: Failure.unknownName)
      }
      return sign + resolved.lowercased()
    }
    return filter
  }

  private func known(_ word: String, _ kind: String, among names: Set<String>) throws -> String {
    let (_, bare) = Self.parts(word)
    if names.contains(bare) { return word }
    throw Failure(
      message: "--\(kind) \(word): there is no such \(kind)\(Suggestion.text(for: bare, among: names.sorted()))",
      status: Failure.unknownName)
  }

  /// The sign that excludes, and the word.
  private static func parts(_ word: String) -> (sign: String, bare: String) {
    word.hasPrefix("!") ? ("!", String(word.dropFirst())) : ("", word)
  }

  private static func contexts(_ snapshots: [Snapshot]) -> Set<String> {
    Set(snapshots.flatMap { $0.contexts.map(\.name) }).union(Change.placesWithoutContext)
  }

  private static func fields(_ snapshots: [Snapshot]) -> Set<String> {
    var names = Set(snapshots.flatMap { $0.interface?.helpers ?? [] }.map(\.name))
    for context in snapshots.flatMap(\.contexts) {
      for field in context.layout.members.map(\.name) + context.rules.map(\.field) {
        let whole = String(field.prefix { $0 != "[" })
        names.formUnion([field, whole, "\(context.name).\(field)", "\(context.name).\(whole)"])
      }
    }
    return names
  }
}
