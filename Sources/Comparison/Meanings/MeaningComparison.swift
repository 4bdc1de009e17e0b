import ContextABI

/// How the meaning of an access has changed.
enum MeaningVerdict: Sendable {
  /// Other words, proved to do the same for every state of the kernel.
  case rewritten(MeaningRelation.Certainty)
  /// What is not proved, and why; with values for which the two meanings differ where these are known.
  case undecided(String, Witness?)
  /// Other values over members that both builds have, or another member although the old one is still there.
  case changed(Witness)
  /// Other values only by what these members are, which the old build does not have.
  case hangsOnNewMembers([String], Witness)
  /// Other values only where the old one follows a null pointer.
  case changedOnFaults(Witness)
  /// Written over members that the new build does not have.
  case membersReplaced(gone: [String])
  /// Values that were impossible before.
  case widened(String)
  /// One constant for another.
  case constant(before: UInt64, after: UInt64)
  /// Only constants differ, and these follow the configuration.
  case configured(option: String, before: UInt64, after: UInt64)
}

/// Compares meanings of two builds.
struct MeaningComparison {
  let world: MemberWorld
  /// Numbers that the configuration decides, on both sides: `CONFIG_NR_CPUS`.
  let configured: [(option: String, old: UInt64, new: UInt64)]

  init(_ old: Snapshot, _ oldContext: String, _ new: Snapshot, _ newContext: String) {
    world = MemberWorld(old: old, oldContext, new: new, newContext)
    configured = old.kernel.numbers.sorted { $0.key < $1.key }.compactMap { option, before in
      new.kernel.numbers[option].map { (option, before, $0) }
    }
  }

  /// How `new` differs from `old`; nil when they are the same.
  func compare(_ old: Meaning, _ new: Meaning) -> MeaningVerdict? {
    if old == new { return nil }
    if let before = old.plainConstant, let after = new.plainConstant {
      return configuredChange(before, after) ?? .constant(before: before, after: after)
    }
    if let verdict = configuredChange(old, new) { return verdict }
    if new.members.isEmpty, !old.members.isEmpty, case .different(let witness) = relation(old, new) {
      return .changed(witness)
    }
    let gone = old.members.map(\.path).filter { !world.stillExists($0) || isNarrower($0, new) }
    if let verdict = otherWidths(old, new) { return verdict }
    guard gone.isEmpty else { return .membersReplaced(gone: gone.sorted()) }
    if let before = old.plainConstant { return .widened("it was always \(before)") }
    switch relation(old, new) {
    case .equal(let certainty): return same(certainty)
    case .different(let witness): return judged(old, new, witness)
    case .differentOnFaults(let witness): return .changedOnFaults(witness)
    }
  }

  private func relation(_ old: Meaning, _ new: Meaning) -> MeaningRelation {
    WitnessSearch(old, new, in: world).relation()
  }

  /// The verdict on meanings for which no difference was found.
  private func same(_ certainty: MeaningRelation.Certainty) -> MeaningVerdict {
    certainty.isProof ? .rewritten(certainty) : .undecided(certainty.text, nil)
  }

  /// Whether a difference shows in members that both builds have, or hangs on those that the old build lacks.
  private func judged(_ old: Meaning, _ new: Meaning, _ witness: Witness) -> MeaningVerdict {
    let lacking = Set(new.members.map(\.path).filter { !world.existedBefore($0) })
    guard !lacking.isEmpty else { return .changed(witness) }
    // What is written to a member that the old build lacks can't be told from what the old one wrote.
    let comparable = Meaning(new.tree.withoutEffects(on: lacking))
    // A value that comes from a new member although the old one is still there is another value.
    guard comparable.valueMembers.isDisjoint(with: lacking) else { return .changed(witness) }
    if comparable == old { return .hangsOnNewMembers(lacking.sorted(), witness) }
    switch WitnessSearch(old, comparable, in: world).newMembersVerdict() {
    // This one names no new member: both builds can be in that state.
    case .differs(let common): return .changed(common)
    case .explained: return .hangsOnNewMembers(lacking.sorted(), witness)
    case .undecided(let reason):
      return .undecided("not proved whether it hangs on \(lacking.sorted().joined(separator: ", ")) alone: \(reason)", witness)
    }
  }

  /// The same expression over a member that has become wider, or narrower.
  private func otherWidths(_ old: Meaning, _ new: Meaning) -> MeaningVerdict? {
    let before = Dictionary(old.members.map { ($0.path, $0.width) }, uniquingKeysWith: max)
    var smaller = before
    var wider: [String] = []
    var isChanged = false
    for member in new.members {
      guard let width = before[member.path], member.width != width else { continue }
      isChanged = true
      smaller[member.path] = min(width, member.width)
      if member.width > width { wider.append(member.path) }
    }
    guard isChanged else { return nil }
    // Over the values that the member can have in both builds nothing may differ.
    guard case .equal(let certainty) = WitnessSearch(old, new, in: world, widths: smaller).relation() else { return nil }
    guard certainty.isProof, !wider.isEmpty else { return same(certainty) }
    return .widened("\(wider.sorted().joined(separator: ", ")) has more bits")
  }

  /// Whether the member of this path has fewer bits in the new build than the old meaning uses: it is another one.
  private func isNarrower(_ path: String, _ new: Meaning) -> Bool {
    guard let before = world.oldMember(path)?.width else { return false }
    if let after = world.newMember(path)?.width { return after < before }
    return world.newWidth(of: path).map { $0 < before } ?? false
  }

  // MARK: - Constants of the configuration

  private func configuredChange(_ old: UInt64, _ new: UInt64) -> MeaningVerdict? {
    for (option, before, after) in configured {
      if old &- before == new &- after, old &- before <= 2 {
        return .configured(option: option, before: old, after: new)
      }
    }
    return nil
  }

  /// Whether `new` is `old` with the constants that follow a configured number.
  private func configuredChange(_ old: Meaning, _ new: Meaning) -> MeaningVerdict? {
    for (option, before, after) in configured where before != after {
      var changed: (UInt64, UInt64)?
      let adapted = Meaning(
        old.tree.mapConstants { constant in
          guard constant &- before <= 2 else { return constant }
          changed = (constant, constant &- before &+ after)
          return constant &- before &+ after
        })
      if let changed, adapted == new {
        return .configured(option: option, before: changed.0, after: changed.1)
      }
    }
    return nil
  }
}

extension Meaning {
  /// The members that values come from, and that are written; not those that only decide.
  fileprivate var valueMembers: Set<String> {
    var result: Set<String> = []
    for outcome in tree.outcomes {
      outcome.result?.forEachMember { result.insert($0.path) }
      for effect in outcome.effects {
        effect.value.forEachMember { result.insert($0.path) }
        if let member = effect.target.member { result.insert(member.path) }
      }
    }
    return result
  }
}

extension Meaning.Tree {
  /// The same without what is written to these members.
  fileprivate func withoutEffects(on members: Set<String>) -> Meaning.Tree {
    switch self {
    case .outcome(let outcome):
      .outcome(
        Meaning.Outcome(
          result: outcome.result,
          effects: outcome.effects.filter { effect in !(effect.target.member.map { members.contains($0.path) } ?? false) }))
    case .branch(let condition, let then, let otherwise):
      Meaning.branch(
        condition, then: then.withoutEffects(on: members), otherwise: otherwise.withoutEffects(on: members))
    }
  }
}
