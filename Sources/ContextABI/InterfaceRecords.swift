/// A program interface as a snapshot's file has it.
struct InterfaceRecord: Decodable {
  let programs: [InterfaceProgramRecord]
  let groups: [String: [String]]
  let combinations: [String: [String]]
  let helpers: [HelperRecord]
  let effects: [EffectRecord]
  let additions: [AdditionRecord]

  func interface() throws(RecordError) -> ProgramInterface {
    let programs = self.programs.map(\.program)
    let types = WholeTypes(programs)
    var expanded: [String: [String]] = [:]
    for (name, group) in self.groups { expanded[name] = try types.expanded(group) }
    let groups = NamedGroups(groups: expanded, programs: Set(programs.map(\.name)))
    var helpers: [HelperFunction] = []
    for helper in self.helpers {
      var grants: [HelperGrant] = []
      for grant in helper.grants { grants.append(grant.grant(try groups.programs(grant.programs))) }
      helpers.append(HelperFunction(name: helper.name, number: helper.number, grants: grants))
    }
    var effects: [AccessEffect] = []
    for effect in self.effects { effects.append(try effect.effect(groups.programs(effect.programs))) }
    var additions: [ProgramAddition] = []
    for addition in self.additions { additions.append(try addition.addition(groups.programs(addition.programs))) }
    return ProgramInterface(
      programs: programs, helpers: helpers, combinations: combinations, effects: effects, additions: additions)
  }
}

struct InterfaceProgramRecord: Decodable {
  let name: String
  let type: String
  let attachType: String?
  let `default`: Bool?
  let testRuns: Bool?
  let writesStructures: Bool?
  let helpersByTarget: Bool?

  var program: InterfaceProgram {
    InterfaceProgram(
      name: name, type: type, attachType: attachType, isDefault: self.default ?? false, hasTestRuns: testRuns,
      writesStructures: writesStructures ?? false, hasHelpersByTarget: helpersByTarget ?? false)
  }
}

struct HelperRecord: Decodable {
  let name: String
  let number: Int
  let grants: [GrantRecord]
}

struct GrantRecord: Decodable {
  let returns: HelperValueRecord?
  let arguments: [HelperValueRecord]?
  let flags: [String]?
  let capabilities: [String]?
  let lacks: [String]?
  let noLockdown: Bool?
  let sleepable: Bool?
  let marks: [String]?
  let byTarget: Bool?
  let refused: Bool?
  let programs: String

  func grant(_ programs: [String]) -> HelperGrant {
    HelperGrant(
      programs: programs,
      prototype: returns.map { result in
        HelperPrototype(result: result.value, arguments: (arguments ?? []).map(\.value), flags: flags ?? [])
      },
      terms: GrantTerms(
        capabilities: capabilities ?? [], lackedCapabilities: lacks ?? [], needsNoLockdown: noLockdown ?? false,
        isSleepable: sleepable, marks: marks ?? [], dependsOnTarget: byTarget ?? false, isRefused: refused ?? false))
  }
}

/// A type, or an object with more about it.
struct HelperValueRecord: Decodable {
  let value: HelperValue

  private enum Key: String, CodingKey { case type, structure, size }

  init(from decoder: any Decoder) throws {
    if let single = try? decoder.singleValueContainer(), let type = try? single.decode(String.self) {
      value = HelperValue(type: type)
      return
    }
    let members = try decoder.container(keyedBy: Key.self)
    value = HelperValue(
      type: try members.decode(String.self, forKey: .type),
      structure: try members.decodeIfPresent(String.self, forKey: .structure),
      size: try members.decodeIfPresent(Int.self, forKey: .size))
  }
}

struct EffectRecord: Decodable {
  let context: String
  let fields: [String]
  let access: [String]
  let marks: [String]?
  let capabilities: [String]?
  let programs: String

  func effect(_ programs: [String]) throws(RecordError) -> AccessEffect {
    var kinds: [AccessKind] = []
    for name in access {
      guard let kind = AccessKind(rawValue: name) else {
        throw RecordError(description: "interface: \(name) is no kind of access")
      }
      kinds.append(kind)
    }
    return AccessEffect(
      context: context, fields: fields, kinds: kinds, marks: marks ?? [], capabilities: capabilities ?? [],
      programs: programs)
  }
}

struct AdditionRecord: Decodable {
  let place: String
  let size: Int?
  let steps: [String]
  let code: String
  let programs: String

  func addition(_ programs: [String]) throws(RecordError) -> ProgramAddition {
    guard let place = ProgramAddition.Place(rawValue: place) else {
      throw RecordError(description: "interface: \(self.place) is no place of a program")
    }
    return ProgramAddition(place: place, size: size, steps: steps, programs: programs, code: code)
  }
}
