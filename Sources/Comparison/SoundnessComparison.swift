import ContextABI

/// What is wrong in itself about accesses that are new.
///
/// Accesses that both builds accept are judged where their meanings are compared.
struct SoundnessComparison {
  private(set) var observations: [Observation] = []

  init(_ sides: ComparedSides, _ old: [String: AccessTable]) {
    let programs = Set(sides.old.programs.map(\.name))
    for seen in Soundness(sides.new).observations() where seen.rule.id != Rule.convertsToNothing.id {
      guard let access = seen.access else { continue }
      let table = old[seen.context]
      // What was wrong for some programs is not new for programs that are new.
      let isNew =
        table == nil
        || seen.programs.contains { programs.contains($0) && table?.accesses(of: $0)[access] == nil }
      guard isNew, !sides.old.holds(seen) else { continue }
      let (one, many) = seen.title.verbs
      // What is not proved is no fault yet.
      let rule: Rule = seen.rule.id == Rule.meaningUndecided.id ? .meaningUndecided : .addedUnsound
      var added = Observation(
        rule: rule, context: seen.context, title: .fields(one: "is new, and \(one)", many: "are new, and \(many)"),
        cause: .init("\(seen.rule.id) \(seen.cause.edit)"))
      added.field = seen.field
      added.programs = seen.programs.filter { table == nil || (programs.contains($0) && table?.accesses(of: $0)[access] == nil) }
      added.access = access
      added.before = seen.before
      added.after = seen.after
      added.witness = seen.witness
      added.remark = seen.remark
      added.findingRemark = "'ctxabi explain \(seen.rule.id)' tells what is wrong"
      observations.append(added)
    }
  }
}

extension Snapshot {
  /// Whether nothing is known of the access in this build.
  fileprivate func holds(_ seen: Observation) -> Bool {
    guard let access = seen.access else { return false }
    return seen.programs.contains { unknown(of: $0).contains(access) }
  }
}

extension Observation.Title {
  /// What is said of one field, and of many.
  fileprivate var verbs: (one: String, many: String) {
    switch self {
    case .sentence(let text): (text, text)
    case .option(let title): (title.reason, title.reason)
    case .fields(let one, let many), .things(_, _, let one, let many): (one, many)
    }
  }
}
