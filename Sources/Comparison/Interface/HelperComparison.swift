import ContextABI

/// Compares which programs get which helper.
struct HelperComparison {
  private(set) var observations: [Observation] = []
  private let pair: InterfacePair
  private let names: InterfaceNames

  init(_ pair: InterfacePair) {
    self.pair = pair
    names = InterfaceNames(pair)
    compareLists()
    for helper in pair.old.helpers {
      guard let other = pair.newHelpers[helper.name] else { continue }
      if helper.number != other.number { compareNumbers(helper, other) }
      if !pair.isSame(helper, other) { compareGrants(helper.name) }
    }
  }

  // MARK: - Lists and numbers

  private mutating func compareLists() {
    for helper in pair.old.helpers where pair.newHelpers[helper.name] == nil {
      let lost = programs(of: helper).intersection(pair.programNames)
      let claims: [Difference] = [.helper(helper.name, .removed)]
      if lost.isEmpty {
        remark(helper.name, "is no longer declared", "are no longer declared", claims)
      } else {
        noteLoss(helper.name, lost, [:], claims)
      }
    }
    for helper in pair.new.helpers where pair.oldHelpers[helper.name] == nil {
      let gained = programs(of: helper).intersection(pair.programNames)
      let claims: [Difference] = [.helper(helper.name, .added)]
      if gained.isEmpty {
        remark(helper.name, "is declared, and given to no program", "are declared, and given to no program", claims)
      } else {
        observations.append(
          Observation(
            rule: .helperAdded, context: Change.helpers, field: helper.name, programs: gained.sorted(),
            after: helper.grants.first?.prototype?.description, remark: "given to \(names.text(gained)) programs",
            title: .things(noun: "helper", plural: "helpers", one: "is new", many: "are new"), cause: .init("new"),
            claims: claims))
      }
    }
  }

  private func programs(of helper: HelperFunction) -> Set<String> { Set(helper.grants.flatMap(\.programs)) }

  private mutating func remark(_ helper: String, _ one: String, _ many: String, _ claims: [Difference]) {
    observations.append(
      Observation(
        rule: .interfaceRemark, context: Change.helpers, field: helper,
        title: .things(noun: "helper", plural: "helpers", one: one, many: many), cause: .init(one), claims: claims))
  }

  private mutating func compareNumbers(_ old: HelperFunction, _ new: HelperFunction) {
    observations.append(
      Observation(
        rule: .helperRenumbered, context: Change.helpers, field: old.name, before: "\(old.number)", after: "\(new.number)",
        title: .things(noun: "helper", plural: "helpers", one: "has another number", many: "have other numbers"),
        cause: .init("number"), claims: [.helper(old.name, .number)]))
  }

  // MARK: - Grants

  private mutating func compareGrants(_ helper: String) {
    var lost: [GrantSituation: Set<String>] = [:]
    var gained: [GrantSituation: Set<String>] = [:]
    var prototypes = PrototypeComparison(helper, pair)
    let grants = HelperGrantPair(helper, pair)
    var equal: Set<HelperGrantPair.Numbers> = []
    for program in pair.programs where !pair.isUnknown(helper, of: program.name) {
      for situation in GrantSituation.all(of: program) {
        let numbers = grants.numbers(program.name, situation)
        if equal.contains(numbers) { continue }
        switch grants.grants(numbers) {
        case (_?, nil): lost[situation, default: []].insert(program.name)
        case (nil, _?): gained[situation, default: []].insert(program.name)
        case (let before?, let after?):
          if !prototypes.compare(before, after, program, situation) { equal.insert(numbers) }
        case (nil, nil): equal.insert(numbers)
        }
      }
    }
    observations += prototypes.observations
    if !lost.isEmpty { noteLoss(helper, Set(lost.values.joined()), lost, claims(helper, lost)) }
    if !gained.isEmpty { noteGain(helper, Set(gained.values.joined()), gained, claims(helper, gained)) }
  }

  private func claims(_ helper: String, _ programs: [GrantSituation: Set<String>]) -> [Difference] {
    programs.flatMap { situation, names in
      names.map { Difference.grant(helper: helper, program: $0, situation, .given) }
    }
  }

  /// Helpers that the same programs lose are one finding.
  private mutating func noteLoss(
    _ helper: String, _ lost: Set<String>, _ situations: [GrantSituation: Set<String>], _ claims: [Difference]
  ) {
    let remaining = programs(of: pair.newHelpers[helper] ?? HelperFunction(name: helper, number: 0, grants: []))
    let isGone = remaining.isEmpty
    let text = names.text(lost)
    let verb = isGone ? "no longer given to any program" : "no longer given to \(text) programs"
    observations.append(
      Observation(
        rule: isGone ? .helperRemoved : .helperWithheld, context: Change.helpers, field: helper, programs: lost.sorted(),
        before: "given", after: "not given",
        remark: Self.remark(situations),
        title: .things(noun: "helper", plural: "helpers", one: "is \(verb)", many: "are \(verb)"),
        cause: .init("lost \(lost.sorted().joined(separator: " "))"), claims: claims))
  }

  private mutating func noteGain(
    _ helper: String, _ gained: Set<String>, _ situations: [GrantSituation: Set<String>], _ claims: [Difference]
  ) {
    let text = names.text(gained)
    observations.append(
      Observation(
        rule: .helperGranted, context: Change.helpers, field: helper, programs: gained.sorted(),
        before: "not given", after: "given", remark: Self.remark(situations),
        title: .things(
          noun: "helper", plural: "helpers", one: "is given to \(text) programs, too",
          many: "are given to \(text) programs, too"),
        cause: .init("gained \(gained.sorted().joined(separator: " "))"), claims: claims))
  }

  /// The situation, where it is about a single unusual one.
  private static func remark(_ situations: [GrantSituation: Set<String>]) -> String? {
    guard situations.count == 1, let only = situations.keys.first?.remark else { return nil }
    return only
  }
}

/// Names of programs in few words.
struct InterfaceNames {
  private let types: [String: Set<String>]
  private let typeOf: [String: String]
  private let all: Set<String>

  init(_ pair: InterfacePair) {
    let programs = pair.old.programs + pair.new.programs
    typeOf = Dictionary(programs.map { ($0.name, $0.type) }, uniquingKeysWith: { first, _ in first })
    types = Dictionary(grouping: programs, by: \.type).mapValues { Set($0.map(\.name)).intersection(pair.programNames) }
    all = pair.programNames
  }

  /// A type stands for its attach types where all of them are among the programs.
  func text(_ programs: Set<String>) -> String {
    if programs.isSuperset(of: all) { return "all" }
    let names = Set(
      programs.map { program in
        guard let type = typeOf[program], let whole = types[type] else { return program }
        return whole.isSubset(of: programs) ? type : program
      }
    ).sorted()
    return names.count <= 4 ? names.joined(separator: ", ") : "\(names.count) types of"
  }
}
