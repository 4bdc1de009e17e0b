/// A program interface as a snapshot's file has it.
struct InterfaceRecord: Decodable {
  let programs: [InterfaceProgramRecord]
  let groups: [[String]]
  let helpers: [HelperRecord]
  let effects: [EffectRecord]
  let additions: [AdditionRecord]

  func interface() throws(RecordError) -> ProgramInterface {
    var helpers: [HelperFunction] = []
    for helper in self.helpers {
      var grants: [HelperGrant] = []
      for grant in helper.grants { grants.append(try grant.grant(group(grant.programs))) }
      helpers.append(HelperFunction(name: helper.name, number: helper.number, grants: grants))
    }
    var effects: [AccessEffect] = []
    for effect in self.effects { effects.append(try effect.effect(group(effect.programs))) }
    var additions: [ProgramAddition] = []
    for addition in self.additions { additions.append(try addition.addition(group(addition.programs))) }
    return ProgramInterface(
      programs: programs.map(\.program), helpers: helpers, effects: effects, additions: additions)
  }

  private func group(_ place: Int) throws(RecordError) -> [String] {
    guard groups.indices.contains(place) else {
      throw RecordError(description: "interface: there is no group \(place) of programs; there are \(groups.count)")
    }
    return groups[place]
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
  let changesPacket: Bool?
  let capabilities: [String]?
  let lacks: [String]?
  let noLockdown: Bool?
  let sleepable: Bool?
  let byTarget: Bool?
  let refused: Bool?
  let programs: Int

  func grant(_ programs: [String]) -> HelperGrant {
    HelperGrant(
      programs: programs,
      prototype: returns.map { result in
        HelperPrototype(
          result: result.value, arguments: (arguments ?? []).map(\.value), flags: flags ?? [],
          changesPacket: changesPacket)
      },
      terms: GrantTerms(
        capabilities: capabilities ?? [], lackedCapabilities: lacks ?? [], needsNoLockdown: noLockdown ?? false,
        isSleepable: sleepable, dependsOnTarget: byTarget ?? false, isRefused: refused ?? false))
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
  let field: String
  let offset: Int
  let size: Int
  let access: [String]
  let marks: [String]?
  let capabilities: [String]?
  let programs: Int

  func effect(_ programs: [String]) throws(RecordError) -> AccessEffect {
    guard (0..<(1 << 20)).contains(offset), (1...(1 << 20)).contains(size) else {
      throw RecordError(description: "interface: \(field) of \(context) has no place that a structure can have")
    }
    var kinds: [AccessKind] = []
    for name in access {
      guard let kind = AccessKind(rawValue: name) else {
        throw RecordError(description: "interface: \(name) is no kind of access")
      }
      kinds.append(kind)
    }
    return AccessEffect(
      context: context, field: field, offset: offset, size: size, kinds: kinds, marks: marks ?? [],
      capabilities: capabilities ?? [], programs: programs)
  }
}

struct AdditionRecord: Decodable {
  let place: String
  let size: Int?
  let steps: [String]
  let code: String
  let programs: Int

  func addition(_ programs: [String]) throws(RecordError) -> ProgramAddition {
    guard let place = ProgramAddition.Place(rawValue: place) else {
      throw RecordError(description: "interface: \(self.place) is no place of a program")
    }
    return ProgramAddition(place: place, size: size, steps: steps, programs: programs, code: code)
  }
}
