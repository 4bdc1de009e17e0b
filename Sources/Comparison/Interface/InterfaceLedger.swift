import ContextABI

/// Every record of two program interfaces that differs.
struct InterfaceLedger {
  private(set) var differences: Set<Difference> = []

  init(_ old: Snapshot, _ new: Snapshot) {
    guard let pair = InterfacePair(old, new) else {
      if old.interface != new.interface { differences.insert(.interface) }
      return
    }
    comparePrograms(pair)
    compareHelpers(pair)
    compareEffects(old, new)
    compareAdditions(pair)
  }

  // MARK: - Programs

  private mutating func comparePrograms(_ pair: InterfacePair) {
    let before = Dictionary(pair.old.programs.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let after = Dictionary(pair.new.programs.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    for (name, program) in before {
      guard let other = after[name] else {
        differences.insert(.interfaceProgram(name, .removed))
        continue
      }
      let aspects: [(Difference.InterfaceAspect, Bool)] = [
        (.type, program.type == other.type && program.attachType == other.attachType),
        (.standing, program.isDefault == other.isDefault), (.testRuns, program.hasTestRuns == other.hasTestRuns),
        (.structureWrites, program.writesStructures == other.writesStructures),
        (.target, program.hasHelpersByTarget == other.hasHelpersByTarget),
      ]
      for (aspect, isSame) in aspects where !isSame { differences.insert(.interfaceProgram(name, aspect)) }
    }
    for name in after.keys where before[name] == nil { differences.insert(.interfaceProgram(name, .added)) }
  }

  // MARK: - Helpers

  private mutating func compareHelpers(_ pair: InterfacePair) {
    for (name, helper) in pair.oldHelpers {
      guard let other = pair.newHelpers[name] else {
        differences.insert(.helper(name, .removed))
        continue
      }
      if helper.number != other.number { differences.insert(.helper(name, .number)) }
      if !pair.isSame(helper, other) { compareGrants(name, pair) }
    }
    for name in pair.newHelpers.keys where pair.oldHelpers[name] == nil {
      differences.insert(.helper(name, .added))
    }
  }

  private mutating func compareGrants(_ helper: String, _ pair: InterfacePair) {
    let grants = HelperGrantPair(helper, pair)
    var known: [HelperGrantPair.Numbers: [Difference.GrantAspect]] = [:]
    for program in pair.programs where !pair.isUnknown(helper, of: program.name) {
      for situation in GrantSituation.all(of: program) {
        let numbers = grants.numbers(program.name, situation)
        let aspects = known[numbers] ?? Self.aspects(grants.grants(numbers), pair)
        known[numbers] = aspects
        for aspect in aspects {
          differences.insert(.grant(helper: helper, program: program.name, situation, aspect))
        }
      }
    }
  }

  private static func aspects(
    _ grants: (old: HelperGrant?, new: HelperGrant?), _ pair: InterfacePair
  ) -> [Difference.GrantAspect] {
    guard let old = grants.old, let new = grants.new else { return grants.old == nil && grants.new == nil ? [] : [.given] }
    let (before, after) = (old.terms, new.terms)
    var result: [Difference.GrantAspect] = []
    if before.capabilities != after.capabilities || before.needsNoLockdown != after.needsNoLockdown {
      result.append(.capabilities)
    }
    if before.lackedCapabilities != after.lackedCapabilities { result.append(.lackedCapabilities) }
    if before.dependsOnTarget != after.dependsOnTarget { result.append(.target) }
    if before.isRefused != after.isRefused { result.append(.refused) }
    if before.marks != after.marks { result.append(.marks) }
    guard let first = old.prototype, let second = new.prototype else {
      return old.prototype == new.prototype ? result : result + [.target]
    }
    if pair.typeChange(first.result, second.result) != nil { result.append(.result) }
    if first.arguments.count != second.arguments.count { result.append(.argumentCount) }
    for (index, types) in zip(first.arguments, second.arguments).enumerated()
    where pair.typeChange(types.0, types.1) != nil {
      result.append(.argument(index + 1))
    }
    return result + Set(first.flags).symmetricDifference(second.flags).map { .flag($0) }
  }

  // MARK: - Effects and additions

  private mutating func compareEffects(_ old: Snapshot, _ new: Snapshot) {
    let (before, after) = (EffectList(old), EffectList(new))
    for (access, effect) in before.effects where after.contexts[access.program] == access.context {
      compare(access, effect, after.effects[access] ?? EffectList.Effect())
    }
    for (access, effect) in after.effects
    where before.effects[access] == nil && before.contexts[access.program] == access.context {
      compare(access, EffectList.Effect(), effect)
    }
  }

  private mutating func compare(_ access: EffectList.Access, _ old: EffectList.Effect, _ new: EffectList.Effect) {
    for mark in old.marks.symmetricDifference(new.marks) { differences.insert(.effect(access, .mark(mark))) }
    if old.capabilities != new.capabilities { differences.insert(.effect(access, .capabilities)) }
  }

  private mutating func compareAdditions(_ pair: InterfacePair) {
    let (before, after) = (AdditionList(pair.old), AdditionList(pair.new))
    let programs = pair.programsWithKnownAdditions
    for spot in Set(before.additions.keys).union(after.additions.keys) where programs.contains(spot.program) {
      guard let first = before.additions[spot], let second = after.additions[spot] else {
        differences.insert(.addition(spot, .presence))
        continue
      }
      if first.steps != second.steps { differences.insert(.addition(spot, .steps)) }
      if first.code != second.code { differences.insert(.addition(spot, .code)) }
    }
  }
}

/// What accesses do to programs and ask for, access by access.
struct EffectList {
  struct Access: Hashable, Sendable {
    let program: String
    let context: String
    let field: String
    let kind: AccessKind
  }

  struct Effect {
    var marks: Set<String> = []
    var capabilities: Set<String> = []
  }

  private(set) var effects: [Access: Effect] = [:]
  /// What each program sees.
  let contexts: [String: String]

  init(_ snapshot: Snapshot) {
    contexts = Dictionary(snapshot.programs.map { ($0.name, $0.context) }, uniquingKeysWith: { first, _ in first })
    for effect in snapshot.interface?.effects ?? [] {
      for field in effect.fields {
        for kind in effect.kinds {
          for program in effect.programs {
            let access = Access(program: program, context: effect.context, field: field, kind: kind)
            effects[access, default: Effect()].marks.formUnion(effect.marks)
            effects[access, default: Effect()].capabilities.formUnion(effect.capabilities)
          }
        }
      }
    }
  }
}

/// What is added to programs, place by place.
struct AdditionList {
  struct Spot: Hashable, Sendable {
    let program: String
    let place: ProgramAddition.Place
    /// In bytes, of a load.
    let size: Int?
  }

  private(set) var additions: [Spot: ProgramAddition] = [:]

  init(_ interface: ProgramInterface) {
    for addition in interface.additions {
      for program in addition.programs {
        additions[Spot(program: program, place: addition.place, size: addition.size)] = addition
      }
    }
  }
}
