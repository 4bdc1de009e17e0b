import ByteReading
import ContextABI

/// Compares two snapshots: keeps the ledger of all that differs, and finds the causes that account for it.
public final class SnapshotComparison {
  private let sides: ComparedSides
  private let old: Snapshot
  private let new: Snapshot

  public init(old: Snapshot, new: Snapshot) {
    self.old = old
    self.new = new
    sides = ComparedSides(old, new)
  }

  /// The causes of everything that differs, the worst first. None if and only if the ABI data are equal, but for what neither
  /// build tells: a hole is never passed over.
  public func findings() -> [Finding] {
    let tables = (Self.tables(of: old), Self.tables(of: new))
    let ledger = Ledger(old, new, tables.0, tables.1)
    let coverage = CoverageComparison(sides)
    if ledger.differences.isEmpty, coverage.observations.isEmpty { return [] }
    let programs = ProgramComparison(old, new)
    var observations = coverage.observations + programs.observations + kinds() + configurations() + byteOrder()
    observations += InterfaceComparison(old, new).observations
    var layouts: [String: LayoutComparison] = [:]
    for context in old.contexts {
      guard new.contexts.contains(where: { $0.name == context.name }) else {
        observations.append(lost(context, programs))
        continue
      }
      guard let before = tables.0[context.name], let after = tables.1[context.name] else { continue }
      let layout = Self.layout(before, after)
      layouts[context.name] = layout
      let accesses = AccessComparison(old: before, new: after, layout: layout, programs: programs, sides).observations
      observations += ResizedFields(layout.observations, accesses).observations
      observations += layout.aliases() + added(layout, after.context)
    }
    for context in new.contexts where !old.contexts.contains(where: { $0.name == context.name }) {
      observations.append(gained(context, programs))
    }
    observations += SoundnessComparison(sides, tables.0).observations
    var collector = FindingCollector()
    collector.add(OptionAttribution(old, new).attributed(observations))
    let findings = Accounting(ledger, collector.findings, layouts, sides).findings
    let ranks = ContextRanks([old, new])
    return findings.sorted { Finding.inOrder($0, $1, ranks) }
  }

  private static func tables(of snapshot: Snapshot) -> [String: AccessTable] {
    Dictionary(
      snapshot.contexts.map { ($0.name, AccessTable($0, snapshot.byteOrder)) }, uniquingKeysWith: { first, _ in first })
  }

  // MARK: - Contexts

  private static func layout(_ before: AccessTable, _ after: AccessTable) -> LayoutComparison {
    LayoutComparison(before.context, after.context) {
      before.behavesTheSame($0, as: $1, in: after)
    }
  }

  private func lost(_ context: Context, _ programs: ProgramComparison) -> Observation {
    // Where the programs that saw it are gone, or see another one, that is told as well.
    let isOfPrograms = programs.explainsLoss(of: context)
    return Observation(
      rule: isOfPrograms ? .structureUnused : .structureRemoved, context: context.name,
      before: "\(context.layout.size) bytes, \(context.layout.members.count) members",
      title: .sentence(
        isOfPrograms ? "no program sees \(context.name) any more" : "the structure \(context.name) is gone"),
      cause: .init("gone"), claims: [.context(context.name, .removed)] + programs.pointerClaims(of: context))
  }

  private func gained(_ context: Context, _ programs: ProgramComparison) -> Observation {
    let isStructure = context.layout.size > 0
    return Observation(
      rule: .structureAdded, context: context.name,
      after: isStructure ? "\(context.layout.size) bytes, \(context.layout.members.count) members" : "no structure",
      exposes: Self.exposures(of: context.rules),
      title: .sentence("the \(isStructure ? "structure" : "context") \(context.name) is new"), cause: .init("new"),
      claims: [.context(context.name, .added)] + programs.pointerClaims(of: context))
  }

  /// The fields that are new.
  private func added(_ layout: LayoutComparison, _ context: Context) -> [Observation] {
    layout.added.filter { !layout.isAlias($0) }.map { member in
      let rules = context.rules.filter {
        $0.offset * 8 >= member.bitOffset && $0.offset * 8 < member.bitOffset + member.bitSize
      }
      var claims: [Difference] = [.member(context: context.name, name: member.name, .added)]
      if layout.isSizeOfMembers { claims.append(.context(context.name, .size)) }
      return Observation(
        rule: layout.claimsPadding(member) ? .paddingClaimed : .fieldAdded, context: context.name, field: member.name,
        programs: Set(rules.flatMap(\.programs)).sorted(), after: LayoutComparison.declaration(member),
        exposes: Self.exposures(of: rules), remark: rules.isEmpty ? "no program may access it" : nil,
        title: .fields(one: "is new", many: "are new"), cause: .init("new"), claims: claims)
    }
  }

  /// The kernel members that rules read or write. A context without a structure (BPF_PROG_TYPE_SYSCALL's) is the caller's
  /// own memory: it exposes nothing.
  static func exposures(of rules: [AccessRule]) -> [String] {
    Set(rules.flatMap { rule in rule.meaning.members.map(\.path) }).filter { path in
      !path.hasPrefix("*ctx") && !path.hasPrefix("ctx[") && !(path.hasPrefix("*(") && path.contains(" *)(ctx + "))
    }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  // MARK: - The whole

  /// A kind of access that one of the kernels does not have for any context.
  private func kinds() -> [Observation] {
    [AccessKind.readSignExtending, .writeImmediate].compactMap { kind in
      let (before, after) = (old.has(kind), new.has(kind))
      // Where the plain accesses could not be asked for either, nothing is known of the kind.
      let isUnknown = (before ? new : old).coverage.contains { $0.kind == .hole }
      guard before != after, !isUnknown else { return nil }
      let description = kind == .readSignExtending ? "reads that extend the sign" : "stores of immediates"
      return Observation(
        rule: before ? .accessKindRemoved : .accessKindAdded, context: Change.everything, field: kind.rawValue,
        title: .sentence("\(description) are \(before ? "no longer accepted" : "accepted now")"), cause: .init(kind.rawValue))
    }
  }

  private func configurations() -> [Observation] {
    guard let before = old.provenance.configuration, let after = new.provenance.configuration else { return [] }
    return Set(before.options.keys).union(after.options.keys).sorted().compactMap { option in
      let (first, second) = (before.options[option] ?? "n", after.options[option] ?? "n")
      if first == second { return nil }
      return Observation(
        rule: .configurationDiffers, context: Change.configuration, field: option, before: first, after: second,
        title: .things(
          noun: "option", plural: "options that decide fields", one: "is \(second) instead of \(first)", many: "differ"),
        cause: .init("options"), claims: [.kernel(.number(option))])
    }
  }

  private func byteOrder() -> [Observation] {
    sides.areInOneOrder ? [] : [sides.byteOrderObservation(claims: [.byteOrder])]
  }
}
