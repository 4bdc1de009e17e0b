import ContextABI

/// Compares what programs get besides their contexts.
struct InterfaceComparison {
  private(set) var observations: [Observation] = []

  init(_ old: Snapshot, _ new: Snapshot) {
    guard let pair = InterfacePair(old, new) else {
      if old.interface != new.interface { observations.append(Self.unknown) }
      return
    }
    observations = HelperComparison(pair).observations + AdditionComparison(pair).observations
    observations += EffectComparison(old, new).observations
    comparePrograms(pair)
  }

  /// Helpers are not asked of a running kernel; where an image can't be asked, its coverage says so.
  private static let unknown = Observation(
    rule: .coverageRemark, context: Change.coverage, field: "interface",
    title: .sentence("what programs get besides their contexts (helpers, prologues, marks) is not known of one of the builds"),
    cause: .init("interface"), claims: [.interface])

  // MARK: - Programs

  private mutating func comparePrograms(_ pair: InterfacePair) {
    let (oldTypes, newTypes) = (Set(pair.old.programs.map(\.type)), Set(pair.new.programs.map(\.type)))
    let after = Dictionary(pair.new.programs.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let before = Set(pair.old.programs.map(\.name))
    for program in pair.old.programs {
      if let other = after[program.name] {
        compare(program, other)
      } else {
        noteProgram(program, isGone: true, isWholeType: !newTypes.contains(program.type))
      }
    }
    for program in pair.new.programs where !before.contains(program.name) {
      noteProgram(program, isGone: false, isWholeType: !oldTypes.contains(program.type))
    }
  }

  /// The same finding as that of the program whose accesses are compared, where there is one.
  private mutating func noteProgram(_ program: InterfaceProgram, isGone: Bool, isWholeType: Bool) {
    let (one, many) =
      switch (isGone, isWholeType) {
      case (true, true): ("is no longer supported", "are no longer supported")
      case (true, false): ("is gone", "are gone")
      case (false, _): ("is new", "are new")
      }
    let noun = isWholeType ? "program type" : "attach type"
    observations.append(
      Observation(
        rule: isGone
          ? isWholeType ? .programTypeRemoved : .attachTypeRemoved : isWholeType ? .programTypeAdded : .attachTypeAdded,
        context: Change.programs, field: isWholeType ? program.type : program.name, programs: [program.name],
        title: .things(noun: noun, plural: "\(noun)s", one: one, many: many), cause: .init(""),
        claims: [.interfaceProgram(program.name, isGone ? .removed : .added)]))
  }

  private mutating func compare(_ old: InterfaceProgram, _ new: InterfaceProgram) {
    func note(_ rule: Rule, _ sentence: String, _ before: String, _ after: String, _ aspect: Difference.InterfaceAspect) {
      observations.append(
        Observation(
          rule: rule, context: Change.programs, field: old.name, programs: [old.name], before: before, after: after,
          title: .things(noun: "program type", plural: "program types", one: sentence, many: Verb.plural(sentence)),
          cause: .init(sentence), claims: [.interfaceProgram(old.name, aspect)]))
    }
    if old.hasTestRuns != new.hasTestRuns {
      switch (old.hasTestRuns, new.hasTestRuns) {
      case (true, false): note(.testRunRemoved, "can no longer be run for a test", "test runs", "no test runs", .testRuns)
      case (false, true): note(.testRunAdded, "can be run for a test", "no test runs", "test runs", .testRuns)
      default: note(.interfaceRemark, "can be run for a test, which is told of one build alone", "", "", .testRuns)
      }
    }
    if old.writesStructures != new.writesStructures {
      new.writesStructures
        ? note(.structureWriteAdded, "may write to members of kernel structures", "no", "some", .structureWrites)
        : note(.structureWriteRemoved, "may no longer write to members of kernel structures", "some", "no", .structureWrites)
    }
    if old.isDefault != new.isDefault {
      note(
        .interfaceRemark, "stands for its type on one side alone", old.isDefault ? "stands for its type" : "does not",
        new.isDefault ? "stands for its type" : "does not", .standing)
    }
    if old.hasHelpersByTarget != new.hasHelpersByTarget {
      let texts = ["what the program is attached to does not matter", "what the program is attached to decides, too"]
      note(
        .interfaceRemark, "gets helpers by what it is attached to on one side alone", texts[old.hasHelpersByTarget ? 1 : 0],
        texts[new.hasHelpersByTarget ? 1 : 0], .target)
    }
  }
}
