import ByteReading
import ContextABI
import SymbolicEvaluation
import TypeGraph

/// Accesses of one subject that behave the same, before they are put together over the subjects.
struct FoldedRule {
  let field: String
  let offset: Int
  let size: Int
  var parts: AccessRule.Parts
  var kinds: [AccessKind]
  /// The access to the whole field.
  let whole: SweptAccess
}

/// Puts the accesses of one subject together: parts of a field with the whole of it, sign-extending reads with reads,
/// immediate stores with register stores, as far as they do just the same.
struct RuleFolding {
  let meanings: ConversionMeanings
  let fields: FieldLookup
  let byteOrder: ByteOrder

  func fold(_ sweep: Sweep) throws(TypeError) -> [FoldedRule] {
    var byField: [Field: [AccessKey: SweptAccess]] = [:]
    for (key, access) in sweep.accesses {
      byField[try fields.field(offset: key.offset, size: key.size), default: [:]][key] = access
    }
    var rules: [FoldedRule] = []
    for (field, accesses) in byField {
      rules += fold(accesses, of: field, .read, .readSignExtending)
      rules += fold(accesses, of: field, .write, .writeImmediate)
    }
    return rules
  }

  /// Folds the accesses of kind `main`, and those of kind `other` that follow from them.
  private func fold(
    _ accesses: [AccessKey: SweptAccess], of field: Field, _ main: AccessKind, _ other: AccessKind
  ) -> [FoldedRule] {
    var rules: [FoldedRule] = []
    var rest = accesses.filter { $0.key.kind == main }
    var others = accesses.filter { $0.key.kind == other }
    let wholeKey = AccessKey(kind: main, offset: field.offset, size: field.size)
    if let whole = rest.removeValue(forKey: wholeKey) {
      let parts = rest.filter { isPart($0.key, $0.value, of: field, whole) }.keys
      for key in parts { rest[key] = nil }
      rules.append(
        rule(field, field.offset, field.size, main, whole, parts.map(Self.part), other, &others))
    }
    for (key, access) in rest {
      rules.append(rule(field, key.offset, key.size, main, access, [], other, &others))
    }
    for (key, access) in others {
      rules.append(
        FoldedRule(
          field: field.name, offset: key.offset, size: key.size, parts: .whole, kinds: [other],
          whole: access))
    }
    return rules
  }

  private static func part(_ key: AccessKey) -> AccessRule.Part {
    AccessRule.Part(offset: key.offset, size: key.size)
  }

  /// The rule of one access and its parts. Takes those of `others` with it that do the same, when all of them do.
  private func rule(
    _ field: Field, _ offset: Int, _ size: Int, _ main: AccessKind, _ whole: SweptAccess,
    _ parts: [AccessRule.Part], _ other: AccessKind, _ others: inout [AccessKey: SweptAccess]
  ) -> FoldedRule {
    var kinds = [main]
    let all = [AccessRule.Part(offset: offset, size: size)] + parts
    let wanted = all.filter { other != .readSignExtending || $0.size < 8 }
    let followers = wanted.map { AccessKey(kind: other, offset: $0.offset, size: $0.size) }
    let field = Field(name: field.name, offset: offset, size: size)
    if !followers.isEmpty,
      followers.allSatisfy({ key in others[key].map { follows(key, $0, field, whole) } ?? false })
    {
      kinds.append(other)
      for key in followers { others[key] = nil }
    }
    return FoldedRule(
      field: field.name, offset: offset, size: size,
      parts: Self.parts(parts, offset: offset, size: size), kinds: kinds, whole: whole)
  }

  private static func parts(
    _ parts: [AccessRule.Part], offset: Int, size: Int
  ) -> AccessRule.Parts {
    if parts.isEmpty { return .whole }
    let sorted = parts.sorted()
    return sorted == AccessRule.alignedParts(offset: offset, size: size) ? .aligned : .listed(sorted)
  }

  /// Whether an access to a part of `field` is just that part of the access to the whole.
  private func isPart(
    _ key: AccessKey, _ access: SweptAccess, of field: Field, _ whole: SweptAccess
  ) -> Bool {
    guard hasSameRule(access, whole), access.deviations.keys == whole.deviations.keys,
      access.evaluated == part(key, of: field, whole.evaluated)
    else { return false }
    return access.deviations.allSatisfy { registers, deviation in
      whole.deviations[registers].map { deviation == part(key, of: field, $0) } ?? false
    }
  }

  /// What an access to a part does when it is just that part of what an access to the whole does.
  private func part(
    _ key: AccessKey, of field: Field, _ whole: ConversionMeanings.Evaluated
  ) -> ConversionMeanings.Evaluated? {
    if key.kind == .write {
      return meanings.partialStore(
        of: whole, offset: key.offset - field.offset, size: key.size, count: field.size)
    }
    return meanings.part(
      of: whole, low: lowBit(key, field), width: key.size * 8, signed: key.kind == .readSignExtending)
  }

  /// The least significant bit of the whole field's value that the part has.
  private func lowBit(_ key: AccessKey, _ field: Field) -> Int {
    let before = key.offset - field.offset
    return 8 * (byteOrder == .little ? before : field.size - before - key.size)
  }

  /// Whether a sign-extending read, or an immediate store, does what the read or the register store of the same bytes does.
  private func follows(
    _ key: AccessKey, _ access: SweptAccess, _ field: Field, _ whole: SweptAccess
  ) -> Bool {
    guard hasSameRule(access, whole) else { return false }
    if key.kind == .writeImmediate { return access.isAsRegisterStore && access.deviations.isEmpty }
    return access.evaluated == part(key, of: field, whole.evaluated)
  }

  private func hasSameRule(_ left: SweptAccess, _ right: SweptAccess) -> Bool {
    left.access.registerType == right.access.registerType
      && left.access.typeID == right.access.typeID
      && left.access.needsPrivilege == right.access.needsPrivilege
  }
}
