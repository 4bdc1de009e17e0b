import ByteReading
import ContextABI

/// Compares what accesses to one context mean, and what they do with each choice of registers.
final class AccessMeanings {
  private let old: AccessTable
  private let new: AccessTable
  private let sides: ComparedSides
  private let guards: (old: GuardConvention, new: GuardConvention)
  private var seen: [MeaningObservation] = []
  private var others: [Observation] = []
  /// Rules that are equal in meaning and registers, by their numbers.
  private var equalRules: [RulePair: Bool] = [:]

  private struct RulePair: Hashable {
    let old: Int
    let new: Int
  }

  init(_ old: AccessTable, _ new: AccessTable, _ sides: ComparedSides) {
    self.old = old
    self.new = new
    self.sides = sides
    guards = (sides.old.guardConvention(of: old.context), sides.new.guardConvention(of: new.context))
  }

  /// Everything seen; edits that were made to one field alone are put together.
  func observations() -> [Observation] {
    let judged = MeaningObservation.observations(seen, in: old.context.name)
    // Instructions of a field that were wrong have been written anew, or are wrong now: that is the finding.
    let told = Dictionary(
      judged.filter { $0.rule.severity > .note }.map { ($0.field, $0) }, uniquingKeysWith: { first, _ in first })
    return judged
      + others.map { seen in
        guard seen.rule.id == Rule.conversionRewritten.id, let finding = told[seen.field] else { return seen }
        var result = finding
        result.claims = seen.claims
        return result
      }
  }

  func compare(_ access: ComparedAccess) {
    let (before, after) = (old.rule(access.oldRule), new.rule(access.newRule))
    if areEqual(before, after, access) {
      if access.old.isWhole(of: before) { observeFollowing(before, after, access) }
      return
    }
    compareMeanings(before, after, access)
    for registers in AccessRegisters.allCases { compare(registers, before, after, access) }
    if before.immediates != after.immediates { compareImmediates(before, after, access) }
  }

  /// Whether an access is the same part of rules that mean the same.
  private func areEqual(_ before: AccessRule, _ after: AccessRule, _ access: ComparedAccess) -> Bool {
    let pair = RulePair(old: access.oldRule, new: access.newRule)
    let isEqual =
      equalRules[pair]
      ?? (before.size == after.size && before.kinds == after.kinds && before.meaning == after.meaning
        && before.deviations == after.deviations && before.immediates == after.immediates && sides.areInOneOrder)
    equalRules[pair] = isEqual
    return isEqual && access.old.offset - before.offset == access.new.offset - after.offset
  }

  // MARK: - Meanings

  /// The two meanings to compare and to show: those of the whole fields say more than those of their parts, where the parts
  /// follow from them. Nil where the access means the same.
  private func texts(_ before: AccessRule, _ after: AccessRule, _ access: ComparedAccess) -> (Meaning, Meaning)? {
    let isSamePart =
      access.old.offset - before.offset == access.new.offset - after.offset && before.size == after.size
      && before.kinds == after.kinds
    if isSamePart, before.meaning == after.meaning { return nil }
    let first = old.meaning(access.old, access.oldRule)
    let second = new.meaning(access.new, access.newRule)
    if first == second { return nil }
    return isSamePart ? (before.meaning, after.meaning) : (first, second)
  }

  private func compareMeanings(_ before: AccessRule, _ after: AccessRule, _ access: ComparedAccess) {
    let claims = access.claims(.meaning, .conversion)
    guard let texts = texts(before, after, access) else {
      if access.old.isWhole(of: before) { observeFollowing(before, after, access) }
      // A part of the same field is another part of the number in the other byte order.
      if !sides.areInOneOrder { others.append(sides.byteOrderObservation(claims: claims)) }
      return
    }
    // Programs see the kernel's own structure, in which the field was renamed: `field-renamed` tells it.
    if isRenaming(texts, before.field, after.field) {
      note(.fieldRenamedInMeaning, claims, before, access)
      return
    }
    if isSameByBytes(texts, before, access) {
      note(.sameBytes, claims, before, access)
      return
    }
    if let found = registerChange(texts, access) {
      add(found, texts, before, access, claims, edit: .registers)
      return
    }
    guard let verdict = sides.verdict(texts.0, texts.1, access) else { return }
    let edit = MeaningEdit(texts.0, texts.1)
    let witness = verdict.witness
    if let rule = correction(verdict, texts, access) {
      add(rule.rule, texts, before, access, claims, edit: edit, witness: witness, remark: rule.remark, detail: rule.sentence)
      return
    }
    let judged = verdict.judged
    add(
      judged.rule, texts, before, access, claims, edit: edit, witness: witness, remark: judged.remark,
      detail: judged.sentence)
  }

  /// Where a register that the access does not name is all that differs.
  private func registerChange(_ texts: (Meaning, Meaning), _ access: ComparedAccess) -> Rule? {
    let (before, after) = (texts.0.changesRegisters, texts.1.changesRegisters)
    guard before != after, texts.0.withoutRegisters == texts.1.withoutRegisters else { return nil }
    return before ? .registerRestored : sides.mayLackCorrections ? .correctionLost : .registerChanged
  }

  /// Whether a difference is that something wrong in itself was put right, or is wrong again.
  private func correction(
    _ verdict: MeaningVerdict, _ texts: (Meaning, Meaning), _ access: ComparedAccess
  ) -> (rule: Rule, remark: String?, sentence: Observation.Title?)? {
    if case .rewritten = verdict { return nil }
    let spot = access.old
    // Bits above those that are read.
    if isOnlyExcess(texts.0, texts.1, access) {
      return (
        .excessRemoved, nil,
        .fields(one: "no longer gives more bits than are read", many: "no longer give more bits than are read")
      )
    }
    if isOnlyExcess(texts.1, texts.0, access) {
      // Where the same member has become wider, nothing was corrected before.
      let isWider = texts.0.description == texts.1.description
      return (
        sides.mayLackCorrections && !isWider ? .correctionLost : .valueExceedsRead, nil,
        .fields(one: "can give more bits than are read", many: "can give more bits than are read")
      )
    }
    // A part of a field that is no part of the whole.
    if !spot.kind.isWrite {
      let agreement = (
        old.agreesWithWhole(spot, of: access.programs.old),
        // Where the field has shrunk, the whole is what it was: 4 bytes that may still be read.
        new.agreesWithWhole(
          access.new, of: access.programs.new, in: spot == access.new ? old.member(around: spot) : nil)
      )
      if agreement == (false, true) {
        return (
          .partCorrected, nil,
          .fields(one: "gives in its parts what the whole has there", many: "give in their parts what the whole has there")
        )
      }
      if agreement == (true, false) {
        return (
          sides.mayLackCorrections ? .correctionLost : .bytesAlias, nil,
          .fields(
            one: "gives in its parts something else than the whole has there",
            many: "give in their parts something else than the whole has there")
        )
      }
    }
    // A pointer that is followed without the condition that all others have.
    switch (guards.old.missing[access.oldRule], guards.new.missing[access.newRule]) {
    case (let missing?, nil):
      return (
        .guardCorrected,
        "it speaks for a correction that \(missing.siblings) fields with the same pointer, \(missing.pointer), always had such a condition",
        nil
      )
    case (nil, let missing?) where sides.mayLackCorrections:
      return (
        .correctionLost,
        "\(missing.siblings) fields with the same pointer, \(missing.pointer), have the condition \(missing.condition)", nil
      )
    default: return nil
    }
  }

  /// Whether a plain read of `wide` gives what one of `narrow` does but for bits above those that are read.
  private func isOnlyExcess(_ wide: Meaning, _ narrow: Meaning, _ access: ComparedAccess) -> Bool {
    guard access.old.kind == .read, access.old.size < 8 else { return false }
    let cut = Meaning(wide.tree.mapResults { .bits($0, low: 0, width: access.old.size * 8) })
    guard cut != wide else { return false }
    switch sides.verdict(cut, narrow, access) {
    case nil, .rewritten: return true
    default: return false
    }
  }

  private func isRenaming(_ texts: (old: Meaning, new: Meaning), _ old: String, _ new: String) -> Bool {
    guard old != new, let first = old.split(separator: ".").last, let second = new.split(separator: ".").last
    else { return false }
    return texts.old.description.replacing("->\(first)", with: "->\(second)") == texts.new.description
  }

  /// Whether two meanings of builds of different byte order give a program the same bytes.
  private func isSameByBytes(_ texts: (Meaning, Meaning), _ rule: AccessRule, _ access: ComparedAccess) -> Bool {
    guard !sides.areInOneOrder else { return false }
    let isWhole = texts.0 == rule.meaning
    guard let turned = texts.1.inOtherByteOrder(size: isWhole ? rule.size : access.old.size) else { return false }
    switch sides.verdict(texts.0, turned, access) {
    case nil, .rewritten: return true
    default: return false
    }
  }

  // MARK: - Registers

  /// What happens with another choice of registers than usual.
  private func compare(
    _ registers: AccessRegisters, _ before: AccessRule, _ after: AccessRule, _ access: ComparedAccess
  ) {
    let (first, second) = (before.deviation(registers), after.deviation(registers))
    guard first != second else { return }
    let claims = access.claims(.registers(registers), .conversion)
    switch (first, second) {
    case (let wrong?, nil):
      let rule: Rule = wrong.changesRegisters ? .registerRestored : .sameRegisterCorrected
      add(rule, (wrong, after.meaning), before, access, claims, edit: .registers, registers: registers)
    case (nil, let wrong?):
      let rule: Rule =
        sides.mayLackCorrections ? .correctionLost : wrong.changesRegisters ? .registerChanged : .sameRegisterDiffers
      add(rule, (before.meaning, wrong), before, access, claims, edit: .registers, registers: registers)
    case (let first?, let second?):
      guard let verdict = sides.verdict(first, second, access) else { return }
      let edit = MeaningEdit(first, second)
      // The edit of the usual conversion, seen with these registers.
      let isUsualEdit = edit == MeaningEdit(before.meaning, after.meaning)
      let judged = verdict.judged
      add(
        judged.rule, (first, second), before, access, claims, edit: edit, witness: verdict.witness,
        registers: isUsualEdit ? nil : registers, isOnlyClaimed: isUsualEdit)
    case (nil, nil): return
    }
  }

  /// Immediate stores that do something else than register stores, immediate by immediate.
  private func compareImmediates(_ before: AccessRule, _ after: AccessRule, _ access: ComparedAccess) {
    let known = Dictionary(
      after.immediates.map { ($0.immediate, $0.meaning) }, uniquingKeysWith: { first, _ in first })
    let claims = access.claims(.immediates, .conversion)
    for immediate in before.immediates {
      guard let meaning = known[immediate.immediate], let verdict = sides.verdict(immediate.meaning, meaning, access)
      else { continue }
      let judged = verdict.judged
      add(
        judged.rule, (immediate.meaning, meaning), before, access, claims,
        edit: MeaningEdit(immediate.meaning, meaning), witness: verdict.witness,
        changeRemark: "with the immediate \(immediate.immediate)")
    }
    if before.immediates.isEmpty != after.immediates.isEmpty {
      // Before or now an immediate store does what the register store does.
      let pair = (before.immediates.first?.meaning ?? before.meaning, after.immediates.first?.meaning ?? after.meaning)
      guard texts(before, after, access) == nil, pair.0 != pair.1, let verdict = sides.verdict(pair.0, pair.1, access)
      else {
        note(.immediates, claims, before, access)
        return
      }
      add(
        verdict.judged.rule, pair, before, access, claims, edit: MeaningEdit(pair.0, pair.1), witness: verdict.witness,
        changeRemark: "with an immediate")
    }
  }

  // MARK: - Following

  /// Kernel members that moved, and other instructions, behind the same meaning.
  private func observeFollowing(_ before: AccessRule, _ after: AccessRule, _ access: ComparedAccess) {
    guard let first = before.code(of: access.programs.old), let second = after.code(of: access.programs.new),
      first != second
    else { return }
    let world = sides.comparison(access).world
    let moved = before.meaning.members.compactMap { member -> (String, String)? in
      guard let old = world.oldMember(member.path), let new = world.newMember(member.path),
        old.bitOffset != new.bitOffset
      else { return nil }
      return (member.path, "\(member.path) from \(Self.place(old.bitOffset)) to \(Self.place(new.bitOffset))")
    }.sorted { $0.1 < $1.1 }
    let isRewritten = moved.isEmpty && !Self.differOnlyInOffsets(first, second)
    others.append(
      Observation(
        rule: isRewritten ? .conversionRewritten : .shadowFollowed, context: old.context.name, field: before.field,
        programs: [access.programs.new], access: access.old,
        remark: moved.isEmpty ? nil : moved.map(\.1).joined(separator: ", "),
        title: isRewritten
          ? .fields(one: "is converted by other instructions", many: "are converted by other instructions")
          : .fields(one: "follows kernel members that moved", many: "follow kernel members that moved"),
        cause: .init("followed"),
        claims: access.claims(.conversion)
          + moved.map { .kernel(.member(context: access.kernelContexts.old, path: $0.0)) }))
  }

  /// Whether two conversions have the same operations and registers: what leads to a member, or what overlays it, has moved.
  private static func differOnlyInOffsets(_ first: String, _ second: String) -> Bool {
    let operations = [first, second].map { code in code.split(separator: " ").map { $0.prefix(4) } }
    return operations[0] == operations[1]
  }

  private static func place(_ bits: Int) -> String {
    bits % 8 == 0 ? "\(bits / 8)" : "\(bits / 8):\(bits % 8)"
  }

  // MARK: - Notes of what needs no judgement

  private enum Explained {
    case fieldRenamedInMeaning, sameBytes, immediates
  }

  private func note(
    _ explained: Explained, _ claims: [Difference], _ rule: AccessRule, _ access: ComparedAccess
  ) {
    switch explained {
    case .fieldRenamedInMeaning:
      others.append(
        Observation(
          rule: .meaningRewritten, context: old.context.name, field: rule.field, programs: [access.programs.new],
          access: access.old, title: .fields(one: "is called otherwise", many: "are called otherwise"),
          cause: .init("renamed"), claims: claims))
    case .sameBytes:
      others.append(
        Observation(
          rule: .byteOrderDiffers, context: old.context.name, field: rule.field, programs: [access.programs.new],
          access: access.old, title: ComparedSides.byteOrderTitle, cause: .init("bytes", crossesContexts: true),
          claims: claims))
    case .immediates:
      others.append(
        Observation(
          rule: .meaningRewritten, context: old.context.name, field: rule.field, programs: [access.programs.new],
          access: access.old,
          title: .fields(one: "is stored by immediates in another way", many: "are stored by immediates in another way"),
          cause: .init("immediates"), claims: claims))
    }
  }

  // MARK: - Collecting

  private func add(
    _ rule: Rule, _ texts: (Meaning, Meaning), _ before: AccessRule, _ access: ComparedAccess, _ claims: [Difference],
    edit: MeaningObservation.Edit, witness: Witness? = nil, remark: String? = nil, detail: Observation.Title? = nil,
    changeRemark: String? = nil, registers: AccessRegisters? = nil, isOnlyClaimed: Bool = false
  ) {
    let members = texts.0.members.union(texts.1.members).map {
      Difference.kernel(.member(context: access.kernelContexts.old, path: $0.path))
    }
    seen.append(
      MeaningObservation(
        rule: rule, field: before.field, program: access.programs.new, access: access.old, before: texts.0,
        after: texts.1, edit: edit, witness: witness?.text, remark: remark, title: detail,
        changeRemark: registers.map { $0.remark } ?? changeRemark, registers: registers, isOnlyClaimed: isOnlyClaimed,
        kernelContext: access.kernelContexts.old, claims: claims + members))
  }

  private func add(
    _ rule: Rule, _ texts: (Meaning, Meaning), _ before: AccessRule, _ access: ComparedAccess, _ claims: [Difference],
    edit: MeaningEdit, witness: Witness? = nil, remark: String? = nil, detail: Observation.Title? = nil,
    changeRemark: String? = nil, registers: AccessRegisters? = nil, isOnlyClaimed: Bool = false
  ) {
    add(
      rule, texts, before, access, claims, edit: .meaning(edit), witness: witness, remark: remark, detail: detail,
      changeRemark: changeRemark, registers: registers, isOnlyClaimed: isOnlyClaimed)
  }
}

extension AccessRegisters {
  /// What is said of a change that shows with these registers alone.
  var remark: String {
    switch self {
    case .different: "with destination r2 and context in r1"
    case .same: "where destination and context are the same register"
    case .high: "with r9, and the context in r6"
    case .highest: "with r9, and the context in r8"
    }
  }
}

extension ComparedSides {
  /// Whether both builds have the same byte order.
  var areInOneOrder: Bool { old.byteOrder == new.byteOrder }

  /// What is said of the byte orders, and what follows from them.
  func byteOrderObservation(claims: [Difference]) -> Observation {
    let orders = [old.byteOrder, new.byteOrder].map { $0 == .little ? "little-endian" : "big-endian" }
    return Observation(
      rule: .byteOrderDiffers, context: Change.everything, before: orders[0], after: orders[1],
      title: .sentence("the builds have another byte order: fields are compared by their bytes"),
      cause: .init("order"), claims: claims)
  }

  static let byteOrderTitle = Observation.Title.fields(
    one: "has the same bytes in the other byte order", many: "have the same bytes in the other byte order")
}

extension Snapshot {
  /// The conditions that the fields of a context have in common.
  func guardConvention(of context: Context) -> GuardConvention {
    let kernel = programs.first { $0.context == context.name }?.kernelContext ?? ""
    let members = self.kernel.members[kernel] ?? []
    return GuardConvention(context, Dictionary(members.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first }))
  }
}
