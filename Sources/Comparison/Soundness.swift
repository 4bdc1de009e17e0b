import ByteReading
import ContextABI

/// Finds conversions of one build that are wrong in themselves, whatever an earlier build did.
public struct Soundness {
  private let snapshot: Snapshot

  public init(_ snapshot: Snapshot) { self.snapshot = snapshot }

  /// One finding a cause, the worst first.
  public func findings() -> [Finding] {
    var collector = FindingCollector()
    collector.add(observations())
    let ranks = ContextRanks([snapshot])
    return collector.findings.sorted { Finding.inOrder($0, $1, ranks) }
  }

  /// Everything that is wrong, access by access.
  func observations() -> [Observation] {
    var result: [Observation] = []
    for context in snapshot.contexts {
      let convention = snapshot.guardConvention(of: context)
      for (number, rule) in context.rules.enumerated() {
        result += registers(rule, context)
        result += exceedingReads(rule, context)
        if let missing = convention.missing[number] { result += missingGuard(missing, rule, context) }
      }
      result += aliases(context)
    }
    return result + emptyConversions()
  }

  private func observation(
    _ rule: Rule, _ access: AccessRule, _ context: Context, _ spot: AccessTable.Spot?, one: String, many: String,
    cause: String, before: Meaning? = nil, after: Meaning, witness: String? = nil, remark: String? = nil
  ) -> Observation {
    Observation(
      rule: rule, context: context.name, field: access.field, programs: access.programs,
      access: spot ?? access.kinds.first.map { AccessTable.Spot(kind: $0, offset: access.offset, size: access.size) },
      before: before?.description, after: after.description, witness: witness, remark: remark,
      title: .fields(one: one, many: many), cause: .init(cause))
  }

  // MARK: - Registers

  private func registers(_ rule: AccessRule, _ context: Context) -> [Observation] {
    var result: [Observation] = []
    let clobbered = Set(
      ([rule.meaning] + rule.deviations.map(\.meaning)).flatMap { meaning in
        meaning.tree.outcomes.flatMap { $0.effects.compactMap { $0.target.register } }
      })
    if !clobbered.isEmpty {
      let names = clobbered.sorted().map { "r\($0)" }.joined(separator: ", ")
      result.append(
        observation(
          .registerChanged, rule, context, nil, one: "changes \(names), which the access does not name",
          many: "change \(names), which the accesses do not name", cause: names, after: rule.meaning))
    }
    // A register that changes is a finding of its own.
    for deviation in rule.deviations where deviation.meaning != rule.meaning && !deviation.meaning.changesRegisters {
      let isSame = deviation.registers == .same
      let edit = MeaningEdit(rule.meaning, deviation.meaning)
      let place = isSame ? "into the context register" : deviation.registers.remark
      result.append(
        observation(
          .sameRegisterDiffers, rule, context, nil, one: "gives something else when it is read \(place)",
          many: "give something else when they are read \(place)", cause: "\(place) \(edit.verbs(isStore: false).one)",
          before: rule.meaning, after: deviation.meaning, remark: deviation.registers.remark))
    }
    return result
  }

  // MARK: - Values

  /// Reads whose value can be wider than the read.
  private func exceedingReads(_ rule: AccessRule, _ context: Context) -> [Observation] {
    // Pointers are read through 4-byte fields on purpose (__sk_buff.data).
    guard rule.kinds.contains(.read), rule.registerType == "SCALAR_VALUE" else { return [] }
    return rule.accesses(of: .read).compactMap { part in
      guard part.size < 8 else { return nil }
      let meaning = rule.meaning(of: .read, part, snapshot.byteOrder)
      let spot = AccessTable.Spot(kind: .read, offset: part.offset, size: part.size)
      switch ExceedingValue(meaning, bits: part.size * 8, world(rule)).verdict {
      case .never: return nil
      case .exceeds(let witness):
        return observation(
          .valueExceedsRead, rule, context, spot, one: "can give more bits than are read",
          many: "can give more bits than are read", cause: rule.field, after: meaning, witness: witness)
      case .undecided(let reason):
        var seen = observation(
          .meaningUndecided, rule, context, spot, one: "may give more bits than are read",
          many: "may give more bits than are read", cause: rule.field, after: meaning)
        seen.findingRemark = "not proved that none exceeds its read: \(reason)"
        return seen
      }
    }
  }

  private func world(_ rule: AccessRule) -> MemberWorld {
    let kernel = snapshot.programs.first { rule.programs.contains($0.name) }?.kernelContext ?? ""
    return MemberWorld(old: snapshot, kernel, new: snapshot, kernel)
  }

  private func missingGuard(_ missing: GuardConvention.Missing, _ rule: AccessRule, _ context: Context) -> [Observation] {
    let reason =
      "\(missing.siblings) fields with the same pointer, \(missing.pointer), are read only where \(missing.condition) holds"
    return rule.accesses(of: .read).map { part in
      var seen = observation(
        .guardMissing, rule, context, AccessTable.Spot(kind: .read, offset: part.offset, size: part.size),
        one: "follows \(missing.pointer) without the condition \(missing.condition)",
        many: "follow \(missing.pointer) without the condition \(missing.condition)",
        cause: "\(missing.pointer) \(missing.condition)", after: rule.meaning)
      seen.findingRemark = reason
      return seen
    }
  }

  // MARK: - Bytes

  /// Fields in which two different bytes read the same bits of the kernel.
  private func aliases(_ context: Context) -> [Observation] {
    var bytes: [String: [String: [Int: Meaning]]] = [:]
    for rule in context.rules where rule.kinds.contains(.read) {
      for part in rule.accesses(of: .read) where part.size == 1 {
        let meaning = rule.meaning(of: .read, part, snapshot.byteOrder)
        guard !meaning.members.isEmpty else { continue }
        for program in rule.programs { bytes[rule.field, default: [:]][program, default: [:]][part.offset] = meaning }
      }
    }
    var result: [Observation] = []
    for (field, programs) in bytes {
      for (program, meanings) in programs {
        let groups = Dictionary(grouping: meanings, by: \.value.description).filter { $0.value.count > 1 }
        guard let (text, places) = groups.min(by: { $0.key < $1.key }) else { continue }
        for offset in places.map(\.key) {
          result.append(
            Observation(
              rule: .bytesAlias, context: context.name, field: field, programs: [program],
              access: AccessTable.Spot(kind: .read, offset: offset, size: 1), after: text,
              title: .fields(
                one: "reads the same kernel byte in \(places.count) of its bytes",
                many: "read the same kernel byte in several of their bytes"),
              cause: .init(field)))
        }
      }
    }
    return result
  }

  // MARK: - Refused after all

  private func emptyConversions() -> [Observation] {
    snapshot.coverage.filter { $0.kind == .misconfigured }.flatMap { item in
      RefusedAccess.all(in: item).map { refused in
        Observation(
          rule: .convertsToNothing, context: refused.context(in: snapshot), field: refused.field(in: snapshot),
          programs: [refused.program], access: refused.spot, remark: item.reason,
          title: .fields(one: "is accepted, and then refused", many: "are accepted, and then refused"),
          cause: .init(item.reason, crossesContexts: true))
      }
    }
  }
}

/// An access that a callback accepts and the verifier then refuses.
struct RefusedAccess: Hashable {
  let program: String
  let spot: AccessTable.Spot

  /// The accesses of an item of coverage, program by program.
  static func all(in item: CoverageItem) -> [RefusedAccess] {
    let spots = item.accesses.compactMap(AccessTable.Spot.init(text:))
    return item.programs.flatMap { program in spots.map { RefusedAccess(program: program, spot: $0) } }
  }

  /// The name of the context that it is of.
  func context(in snapshot: Snapshot) -> String {
    snapshot.programs.first { $0.name == program }?.context ?? Change.coverage
  }

  /// The field that it is of.
  func field(in snapshot: Snapshot) -> String {
    guard let context = snapshot.contexts.first(where: { $0.name == context(in: snapshot) }) else { return spot.text }
    let bit = spot.offset * 8
    let member = context.layout.members.first { $0.bitOffset <= bit && bit < $0.bitOffset + $0.bitSize }
    return member?.name ?? (spot.offset < context.layout.size ? "padding" : "beyond the end")
  }
}
