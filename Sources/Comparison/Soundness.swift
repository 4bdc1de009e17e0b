import ByteReading
import ContextABI

/// Finds conversions of one build that are wrong in themselves, whatever an earlier build did.
public struct Soundness {
  private let snapshot: Snapshot

  public init(_ snapshot: Snapshot) { self.snapshot = snapshot }

  /// One finding a field and cause, the worst first.
  public func findings() -> [Change] {
    var collector = ChangeCollector()
    for context in snapshot.contexts {
      for rule in context.rules {
        collector.add(registers(rule, context))
        collector.add(exceedingReads(rule, context))
      }
      collector.add(aliases(context))
    }
    collector.add(emptyConversions())
    return collector.finished
  }

  // MARK: - Registers

  private func registers(_ rule: AccessRule, _ context: Context) -> [Change] {
    var result: [Change] = []
    let clobbered = Set(
      ([rule.meaning] + rule.deviations.map(\.meaning)).flatMap { meaning in
        meaning.tree.outcomes.flatMap { $0.effects.compactMap { $0.target.register } }
      })
    if !clobbered.isEmpty {
      let names = clobbered.sorted().map { "r\($0)" }.joined(separator: ", ")
      result.append(
        change(.registerChanged, rule, context, "an access to \(rule.field) changes \(names)", after: rule.meaning))
    }
    for deviation in rule.deviations where deviation.meaning != rule.meaning {
      let isSame = deviation.registers == .same
      let text =
        isSame
        ? "\(rule.field) gives something else when it is read into the register of the context"
        : "\(rule.field) gives something else with other registers (\(deviation.registers.rawValue))"
      // A register that changes is a finding of its own.
      if deviation.meaning.changesRegisters { continue }
      var found = change(.sameRegisterDiffers, rule, context, text, after: deviation.meaning)
      var evidence = found.evidence
      evidence.before = rule.meaning.description
      evidence.cause = rule.meaning.members(instead: deviation.meaning)
      found = Change(
        found.rule, context: found.context, field: found.field, programs: found.programs,
        found.summary, evidence: evidence)
      result.append(found)
    }
    return result
  }

  private func change(
    _ rule: Rule, _ access: AccessRule, _ context: Context, _ summary: String, after: Meaning
  ) -> Change {
    var evidence = Change.Evidence()
    evidence.after = after.description
    evidence.accesses = access.kinds.prefix(1).map { "\($0.rawValue) \(access.offset):\(access.size)" }
    return Change(
      rule, context: context.name, field: access.field, programs: access.programs, summary,
      evidence: evidence)
  }

  // MARK: - Values

  /// Reads whose value can be wider than the read.
  private func exceedingReads(_ rule: AccessRule, _ context: Context) -> [Change] {
    // Pointers are read through 4-byte fields on purpose (__sk_buff.data).
    guard rule.kinds.contains(.read), rule.registerType == "SCALAR_VALUE" else { return [] }
    var result: [Change] = []
    for part in rule.accesses(of: .read) where part.size < 8 {
      let meaning = rule.meaning(of: .read, part, snapshot.byteOrder)
      guard let witness = ExceedingValue(meaning, bits: part.size * 8, world(rule)).witness else {
        continue
      }
      var evidence = Change.Evidence()
      evidence.after = meaning.description
      evidence.witness = witness
      evidence.accesses = ["read \(part.offset):\(part.size)"]
      result.append(
        Change(
          .valueExceedsRead, context: context.name, field: rule.field, programs: rule.programs,
          "a read of \(rule.field) can give more bits than it reads",
          evidence: evidence))
    }
    return result
  }

  private func world(_ rule: AccessRule) -> MemberWorld {
    let kernel = snapshot.programs.first { rule.programs.contains($0.name) }?.kernelContext ?? ""
    return MemberWorld(old: snapshot, kernel, new: snapshot, kernel)
  }

  // MARK: - Bytes

  /// Fields in which two different bytes read the same bits of the kernel.
  private func aliases(_ context: Context) -> [Change] {
    var bytes: [String: [String: [Int: String]]] = [:]
    for rule in context.rules where rule.kinds.contains(.read) {
      for part in rule.accesses(of: .read) where part.size == 1 {
        let meaning = rule.meaning(of: .read, part, snapshot.byteOrder)
        guard !meaning.members.isEmpty else { continue }
        for program in rule.programs {
          bytes[rule.field, default: [:]][program, default: [:]][part.offset] = meaning.description
        }
      }
    }
    var result: [Change] = []
    for (field, programs) in bytes {
      for (program, meanings) in programs {
        let groups = Dictionary(grouping: meanings, by: \.value).filter { $0.value.count > 1 }
        guard let (text, places) = groups.min(by: { $0.key < $1.key }) else { continue }
        let offsets = places.map(\.key).sorted()
        var evidence = Change.Evidence()
        evidence.after = text
        evidence.accesses = offsets.map { "read \($0):1" }
        result.append(
          Change(
            .bytesAlias, context: context.name, field: field, programs: [program],
            "\(offsets.count) bytes of \(field) read the same kernel byte", evidence: evidence))
      }
    }
    return result
  }

  // MARK: - Refused after all

  private func emptyConversions() -> [Change] {
    snapshot.coverage.filter { $0.kind == .misconfigured }.flatMap { item in
      let fields = Dictionary(grouping: item.accesses) { field(of: $0, item.programs) }
      return fields.map { field, accesses in
        var evidence = Change.Evidence()
        evidence.accesses = accesses.sorted(by: accessOrder)
        evidence.remark = item.reason
        let context = snapshot.programs.first { item.programs.contains($0.name) }?.context ?? ""
        return Change(
          .convertsToNothing, context: context, field: field, programs: item.programs,
          "an access to \(field) is accepted, and then refused", evidence: evidence)
      }
    }
  }

  /// The field that an access in a coverage item belongs to.
  private func field(of access: String, _ programs: [String]) -> String {
    let numbers = (access.split(separator: " ").last ?? "").split(separator: ":").compactMap { Int($0) }
    guard let offset = numbers.first,
      let program = snapshot.programs.first(where: { programs.contains($0.name) }),
      let context = snapshot.contexts.first(where: { $0.name == program.context })
    else { return access }
    let member = context.layout.members.first {
      $0.bitOffset <= offset * 8 && offset * 8 < $0.bitOffset + $0.bitSize
    }
    return member?.name ?? (offset < context.layout.size ? "padding" : "beyond the end")
  }
}

/// Compares the soundness of two builds: only what is new counts.
struct SoundnessComparison {
  let changes: [Change]

  init(_ old: Snapshot, _ new: Snapshot) {
    let known = Dictionary(grouping: Soundness(old).findings(), by: \.id).mapValues { Set($0.flatMap(\.programs)) }
    let oldPrograms = Set(old.programs.map(\.name))
    changes = Soundness(new).findings().compactMap { finding in
      guard let before = known[finding.id] else { return finding }
      // What was wrong for some programs is not new for programs that are new.
      let others = finding.programs.filter { oldPrograms.contains($0) && !before.contains($0) }
      return others.isEmpty ? nil : finding.narrowed(to: others)
    }
  }
}

/// Looks for values of kernel members for which a read gives more bits than it reads.
struct ExceedingValue {
  /// `with skb->sk->__sk_common.skc_dport = 1: 0x10000`
  let witness: String?

  init(_ meaning: Meaning, bits: Int, _ world: @autoclosure () -> MemberWorld) {
    // Most reads can't: no part of their expressions is wide enough.
    let widest = meaning.tree.outcomes.compactMap { $0.result?.width }.max() ?? 0
    guard widest > bits else {
      witness = nil
      return
    }
    let limit: UInt64 = bits >= 64 ? .max : (1 << UInt64(bits)) - 1
    let cut = Meaning(meaning.tree.mapResults { .bits($0, low: 0, width: bits) })
    guard case .different(let found) = WitnessSearch(cut, meaning, in: world()).relation(),
      case .done(let value?, _) = found.after, value > limit
    else {
      witness = nil
      return
    }
    let number = "0x\(String(value, radix: 16))"
    let conditions = found.values.map { "\($0.name) = \($0.value)" }.joined(separator: ", ")
    witness = conditions.isEmpty ? "always \(number)" : "with \(conditions): \(number)"
  }
}
