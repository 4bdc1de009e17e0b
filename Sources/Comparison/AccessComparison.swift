import ContextABI

/// Compares the accesses of one context, program by program.
final class AccessComparison {
  private let old: AccessTable
  private let new: AccessTable
  private let layout: LayoutComparison
  private let programs: ProgramComparison
  private let comparison: SnapshotComparison
  private var collector: [Change] = []
  private var worlds: [String: MeaningComparison] = [:]
  private var verdicts: [VerdictKey: MeaningVerdict?] = [:]
  private let commonKinds: Set<AccessKind>

  private typealias Spot = AccessTable.Spot

  private struct VerdictKey: Hashable {
    let world: String
    let old: String
    let new: String
  }

  /// What happened to accesses of one field and kind, for one pair of programs.
  private struct FieldKey: Hashable {
    let field: String
    let kind: AccessKind
  }

  init(
    old: AccessTable, new: AccessTable, layout: LayoutComparison, programs: ProgramComparison,
    _ comparison: SnapshotComparison
  ) {
    self.old = old
    self.new = new
    self.layout = layout
    self.programs = programs
    self.comparison = comparison
    commonKinds = Set(
      AccessKind.allCases.filter { comparison.old.has($0) == comparison.new.has($0) })
  }

  func changes() -> [Change] {
    for pair in programs.pairs(in: old.context.name) { compare(pair) }
    return collector
  }

  private func compare(_ pair: (old: String, new: String)) {
    let before = old.accesses(of: pair.old)
    let after = new.accesses(of: pair.new)
    var lost: [FieldKey: [Spot]] = [:]
    var matched: Set<Spot> = []
    let unknownBefore = comparison.old.holes(of: pair.old)
    let unknownAfter = comparison.new.holes(of: pair.new)
    for (spot, number) in Self.inOrder(before) where commonKinds.contains(spot.kind) {
      // The accesses of a field that is gone went with it.
      guard let offset = layout.newOffset(of: spot.offset) else { continue }
      let moved = Spot(kind: spot.kind, offset: offset, size: spot.size)
      if let newNumber = after[moved] {
        matched.insert(moved)
        compare(spot, number, moved, newNumber, pair)
      } else if !unknownAfter.contains(moved.text) {
        lost[FieldKey(field: old.rule(number).field, kind: spot.kind), default: []].append(spot)
      }
    }
    for (key, spots) in Self.inOrder(lost) { noteRevoked(key, spots, before, after, pair) }
    var gained: [FieldKey: [Spot]] = [:]
    for (spot, number) in Self.inOrder(after) where commonKinds.contains(spot.kind) && !matched.contains(spot) {
      if layout.isAdded(spot.offset) || unknownBefore.contains(spot.text) { continue }
      gained[FieldKey(field: new.rule(number).field, kind: spot.kind), default: []].append(spot)
    }
    for (key, spots) in Self.inOrder(gained) { noteGranted(key, spots, before, after, pair) }
  }

  private static func inOrder(_ accesses: [Spot: Int]) -> [(key: Spot, value: Int)] {
    accesses.sorted { Spot.inOrder($0.key, $1.key) }
  }

  private static func inOrder(_ fields: [FieldKey: [Spot]]) -> [(key: FieldKey, value: [Spot])] {
    fields.sorted { ($0.key.field, $0.key.kind.rawValue) < ($1.key.field, $1.key.kind.rawValue) }
  }

  // MARK: - Revoked and granted

  private func noteRevoked(
    _ key: FieldKey, _ spots: [Spot], _ before: [Spot: Int], _ after: [Spot: Int],
    _ pair: (old: String, new: String)
  ) {
    let rest = after.filter { new.rule($0.value).field == key.field && $0.key.kind == key.kind }
    let (rule, what): (Rule, String)
    if rest.isEmpty {
      (rule, what) =
        key.kind.isWrite
        ? (.writeRevoked, "can no longer be written") : (.readRevoked, "can no longer be read")
    } else {
      let sizes = Set(rest.keys.map(\.size))
      let goneSizes = Set(spots.map(\.size)).subtracting(sizes)
      (rule, what) =
        goneSizes.isEmpty
        ? (.offsetRevoked, "can no longer be accessed in all of its parts")
        : (
          .widthRevoked,
          "can no longer be accessed by \(Self.list(goneSizes.sorted().map { "\($0)" })) byte\(goneSizes == [1] ? "" : "s")"
        )
    }
    // Where the plain read or store is gone, its other forms are gone with it.
    if isFollower(key.kind), spots.allSatisfy({ isLost($0, key.kind, before, after) }) { return }
    var evidence = Change.Evidence()
    evidence.accesses = spots.map(\.text).sorted(by: accessOrder)
    evidence.before = spots.first.flatMap { before[$0] }.map { old.meaningText($0) }
    collector.append(
      Change(
        rule, context: old.context.name, field: key.field, programs: [pair.new],
        "\(key.field) \(what)\(Self.suffix(key.kind))", evidence: evidence))
  }

  private func isFollower(_ kind: AccessKind) -> Bool {
    kind == .readSignExtending || kind == .writeImmediate
  }

  /// Whether the plain read or store of the same bytes is gone, too.
  private func isLost(
    _ spot: Spot, _ kind: AccessKind, _ before: [Spot: Int], _ after: [Spot: Int]
  ) -> Bool {
    let plain = Spot(kind: kind == .readSignExtending ? .read : .write, offset: spot.offset, size: spot.size)
    guard before[plain] != nil, let offset = layout.newOffset(of: spot.offset) else { return false }
    return after[Spot(kind: plain.kind, offset: offset, size: plain.size)] == nil
  }

  private func noteGranted(
    _ key: FieldKey, _ spots: [Spot], _ before: [Spot: Int], _ after: [Spot: Int],
    _ pair: (old: String, new: String)
  ) {
    let hadAny = before.contains { old.rule($0.value).field == key.field && $0.key.kind == key.kind }
    let (rule, what): (Rule, String) =
      hadAny
      ? (.widthGranted, "can be accessed in more ways")
      : key.kind.isWrite ? (.writeGranted, "can be written now") : (.readGranted, "can be read now")
    if isFollower(key.kind), spots.allSatisfy({ isNew($0, key.kind, before, after) }) { return }
    var evidence = Change.Evidence()
    evidence.accesses = spots.map(\.text).sorted(by: accessOrder)
    let rules = Set(spots.compactMap { after[$0] }).map { new.rule($0) }
    evidence.exposes = SnapshotComparison.exposures(of: rules)
    collector.append(
      Change(
        rule, context: new.context.name, field: key.field, programs: [pair.new],
        "\(key.field) \(what)\(Self.suffix(key.kind))", evidence: evidence))
  }

  /// Whether the plain read or store of the same bytes is new, too.
  private func isNew(
    _ spot: Spot, _ kind: AccessKind, _ before: [Spot: Int], _ after: [Spot: Int]
  ) -> Bool {
    let plain = Spot(kind: kind == .readSignExtending ? .read : .write, offset: spot.offset, size: spot.size)
    return after[plain] != nil && before[plain] == nil
  }

  private static func suffix(_ kind: AccessKind) -> String {
    switch kind {
    case .read, .write: ""
    case .readSignExtending: " with sign extension"
    case .writeImmediate: " by immediates"
    }
  }

  private static func list(_ words: [String]) -> String {
    guard words.count > 1, let last = words.last else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " or " + last
  }

  // MARK: - The same access

  private func compare(
    _ spot: Spot, _ number: Int, _ moved: Spot, _ newNumber: Int, _ pair: (old: String, new: String)
  ) {
    let before = old.rule(number)
    let after = new.rule(newNumber)
    compareRegisterTypes(before, after, spot, pair)
    comparePrivileges(before, after, spot, pair)
    compareMeanings(spot, number, moved, newNumber, pair)
  }

  private func change(
    _ rule: Rule, _ before: AccessRule, _ spot: Spot, _ pair: (old: String, new: String),
    _ summary: String, _ evidence: Change.Evidence = Change.Evidence()
  ) -> Change {
    var evidence = evidence
    evidence.accesses = [spot.text]
    return Change(
      rule, context: old.context.name, field: before.field, programs: [pair.new], summary,
      evidence: evidence)
  }

  private func compareRegisterTypes(
    _ before: AccessRule, _ after: AccessRule, _ spot: Spot, _ pair: (old: String, new: String)
  ) {
    guard before.registerType != after.registerType, !before.registerType.isEmpty,
      !after.registerType.isEmpty
    else { return }
    var evidence = Change.Evidence()
    evidence.before = before.registerType
    evidence.after = after.registerType
    collector.append(
      change(
        .registerTypeChanged, before, spot, pair,
        "\(before.field) gives \(after.registerType) instead of \(before.registerType)", evidence))
  }

  private func comparePrivileges(
    _ before: AccessRule, _ after: AccessRule, _ spot: Spot, _ pair: (old: String, new: String)
  ) {
    guard before.needsPrivilege != after.needsPrivilege else { return }
    let verb = spot.kind.isWrite ? "writing" : "reading"
    collector.append(
      after.needsPrivilege
        ? change(.privilegeRequired, before, spot, pair, "\(verb) \(before.field) needs a capability now")
        : change(.privilegeDropped, before, spot, pair, "\(verb) \(before.field) needs no capability any more"))
  }

  // MARK: - Meanings

  private func compareMeanings(
    _ spot: Spot, _ number: Int, _ moved: Spot, _ newNumber: Int, _ pair: (old: String, new: String)
  ) {
    let before = old.rule(number)
    let after = new.rule(newNumber)
    let isSamePart =
      spot.offset - before.offset == moved.offset - after.offset && before.size == after.size
      && before.kinds == after.kinds
    if isSamePart, before.meaning == after.meaning {
      if spot.offset == before.offset, spot.size == before.size {
        noteFollowing(before, after, spot, pair)
        compareImmediates(before, after, spot, pair)
      }
      return
    }
    let first = old.meaning(spot, number)
    let second = new.meaning(moved, newNumber)
    if first == second { return }
    // The texts of whole fields say more than those of their parts, where the parts follow from them.
    let isDerived =
      isSamePart
      && (spot.offset != before.offset || spot.size != before.size || spot.kind != before.kinds[0])
    let texts = isDerived ? (before.meaning, after.meaning) : (first, second)
    if isRenaming(texts, before.field, after.field) { return }
    guard let verdict = verdict(texts.0, texts.1, pair) else { return }
    // A register that changes now is a finding of its own (`register-changed`).
    if case .changed = verdict, texts.1.changesRegisters, !texts.0.changesRegisters,
      texts.1.withoutRegisters == texts.0
    {
      return
    }
    if case .changed(let witness) = verdict, isCorrected(spot, moved, pair) {
      var evidence = Change.Evidence()
      (evidence.before, evidence.after) = (first.description, second.description)
      evidence.witness = witness.text
      collector.append(
        change(
          .partCorrected, before, spot, pair, "a part of \(before.field) reads that part now", evidence))
      return
    }
    // What a read gives above its own bits is a matter of soundness: more than before is found there.
    if case .changed = verdict, isOnlyExcess((texts.1, texts.0), spot, pair) { return }
    if case .changed(let witness) = verdict, isOnlyExcess(texts, spot, pair) {
      var evidence = Change.Evidence()
      (evidence.before, evidence.after) = (texts.0.description, texts.1.description)
      evidence.witness = witness.text
      collector.append(
        change(
          .excessRemoved, before, spot, pair,
          "a read of \(before.field) no longer gives more bits than it reads", evidence))
      return
    }
    collector.append(finding(verdict, before, spot, pair, texts.0, texts.1))
  }

  /// Whether two meanings of a plain read differ only in bits above those that are read, which the new one leaves 0.
  private func isOnlyExcess(
    _ texts: (Meaning, Meaning), _ spot: Spot, _ pair: (old: String, new: String)
  ) -> Bool {
    guard spot.kind == .read, spot.size < 8 else { return false }
    let cut = Meaning(texts.0.tree.mapResults { .bits($0, low: 0, width: spot.size * 8) })
    switch verdict(cut, texts.1, pair) {
    case nil, .rewritten: return true
    default: return false
    }
  }

  /// Whether an access to a part of a field agrees with the whole field now, and did not before.
  private func isCorrected(_ spot: Spot, _ moved: Spot, _ pair: (old: String, new: String)) -> Bool {
    guard !spot.kind.isWrite else { return false }
    return new.agreesWithWhole(moved, of: pair.new) == true
      && old.agreesWithWhole(spot, of: pair.old) == false
  }

  /// Whether two meanings differ only by the name of the field itself: programs see the kernel's own structure, in which it
  /// was renamed, and `field-renamed` tells it.
  private func isRenaming(_ texts: (old: Meaning, new: Meaning), _ old: String, _ new: String) -> Bool {
    guard old != new, let first = old.split(separator: ".").last, let second = new.split(separator: ".").last
    else { return false }
    return texts.old.description.replacing("->\(first)", with: "->\(second)") == texts.new.description
  }

  private func verdict(
    _ before: Meaning, _ after: Meaning, _ pair: (old: String, new: String)
  ) -> MeaningVerdict? {
    let contexts = programs.kernelContexts(pair)
    let key = VerdictKey(
      world: "\(contexts.old) \(contexts.new)", old: before.description, new: after.description)
    if let known = verdicts[key] { return known }
    let result = meanings(of: pair).compare(before, after)
    verdicts[key] = result
    return result
  }

  /// What compares the meanings of a pair of programs: one for all that have the same kernel contexts.
  private func meanings(of pair: (old: String, new: String)) -> MeaningComparison {
    let contexts = programs.kernelContexts(pair)
    let key = "\(contexts.old) \(contexts.new)"
    if let known = worlds[key] { return known }
    let (old, new) = (comparison.old, comparison.new)
    var configured: [(option: String, old: UInt64, new: UInt64)] = []
    for (option, before) in old.kernel.numbers.sorted(by: { $0.key < $1.key }) {
      if let after = new.kernel.numbers[option] { configured.append((option, before, after)) }
    }
    let result = MeaningComparison(
      world: MemberWorld(old: old, contexts.old, new: new, contexts.new), configured: configured)
    worlds[key] = result
    return result
  }

  private func finding(
    _ verdict: MeaningVerdict, _ before: AccessRule, _ spot: Spot, _ pair: (old: String, new: String),
    _ oldText: Meaning, _ newText: Meaning
  ) -> Change {
    var evidence = Change.Evidence()
    evidence.before = oldText.description
    evidence.after = newText.description
    evidence.cause = oldText.members(instead: newText)
    let action = spot.kind.isWrite ? "a store to \(before.field)" : "\(before.field)"
    switch verdict {
    case .rewritten(let inputs, let isProof):
      evidence.remark = isProof ? "equal for all \(inputs) inputs" : "equal on \(inputs) inputs"
      return change(.meaningRewritten, before, spot, pair, "\(action) is computed in another way", evidence)
    case .changed(let witness):
      evidence.witness = witness.text
      return change(
        .meaningChanged, before, spot, pair,
        spot.kind.isWrite ? "\(action) has another effect" : "\(action) means something else", evidence)
    case .changedOnFaults(let witness):
      evidence.witness = witness.text
      return change(
        .faultChanged, before, spot, pair, "\(action) no longer follows a null pointer where it did", evidence)
    case .unprovable(let gone):
      evidence.remark = "gone: \(gone.joined(separator: ", "))"
      return change(
        .meaningUnprovable, before, spot, pair,
        "\(action) \(spot.kind.isWrite ? "goes to" : "comes from") other kernel members", evidence)
    case .widened(let reason):
      evidence.remark = reason
      return change(.rangeWidened, before, spot, pair, "\(action) can have more values", evidence)
    case .constant(let first, let second):
      return change(
        .constantChanged, before, spot, pair, "\(action) is always \(second) instead of \(first)", evidence)
    case .configured(let option, let first, let second):
      evidence.remark = "\(second) instead of \(first), as \(option) says"
      return change(
        .configuredConstantChanged, before, spot, pair, "\(action) follows \(option)", evidence)
    }
  }

  /// Immediate stores that do something else than register stores, immediate by immediate.
  private func compareImmediates(
    _ before: AccessRule, _ after: AccessRule, _ spot: Spot, _ pair: (old: String, new: String)
  ) {
    let known = Dictionary(
      after.immediates.map { ($0.immediate, $0.meaning) }, uniquingKeysWith: { first, _ in first })
    for immediate in before.immediates {
      guard let meaning = known[immediate.immediate],
        let verdict = verdict(immediate.meaning, meaning, pair)
      else { continue }
      var found = finding(
        verdict, before, spot, pair, immediate.meaning, meaning)
      var evidence = found.evidence
      evidence.remark = "immediate \(immediate.immediate)"
      found = Change(
        found.rule, context: found.context, field: found.field, programs: found.programs,
        found.summary, evidence: evidence)
      collector.append(found)
    }
  }

  /// Kernel members that moved, and other instructions, behind the same meaning.
  private func noteFollowing(
    _ before: AccessRule, _ after: AccessRule, _ spot: Spot, _ pair: (old: String, new: String)
  ) {
    guard let first = before.conversions.first(where: { $0.programs.contains(pair.old) })?.code,
      let second = after.conversions.first(where: { $0.programs.contains(pair.new) })?.code,
      first != second
    else { return }
    let world = meanings(of: pair).world
    let moved = before.meaning.members.compactMap { member -> String? in
      guard let old = world.oldMember(member.path), let new = world.newMember(member.path),
        old.bitOffset != new.bitOffset
      else { return nil }
      return "\(member.path) from \(Self.place(old.bitOffset)) to \(Self.place(new.bitOffset))"
    }.sorted()
    var evidence = Change.Evidence()
    evidence.remark = moved.isEmpty ? nil : moved.joined(separator: ", ")
    collector.append(
      moved.isEmpty && !Self.differOnlyInOffsets(first, second)
        ? change(.conversionRewritten, before, spot, pair, "\(before.field) is converted by other instructions", evidence)
        : change(.shadowFollowed, before, spot, pair, "\(before.field) follows kernel members that moved", evidence))
  }

  /// Whether two conversions have the same operations and registers: what leads to a member, or what overlays it, has moved.
  private static func differOnlyInOffsets(_ first: String, _ second: String) -> Bool {
    let operations = [first, second].map { code in code.split(separator: " ").map { $0.prefix(4) } }
    return operations[0] == operations[1]
  }

  private static func place(_ bits: Int) -> String {
    bits % 8 == 0 ? "\(bits / 8)" : "\(bits / 8):\(bits % 8)"
  }
}
