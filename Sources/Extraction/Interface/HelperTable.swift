import ContextABI
import Emulation

/// Asks which programs get which helper, on what terms, and puts together what is the same for many.
final class HelperTable {
  private let questions: HelperQuestions
  private let reader: PrototypeReader
  private let layout: InterfaceLayout
  /// The address of a program type's `get_func_proto`; nil where it has none.
  private let callback: (ProgramType) -> UInt64?
  /// What a fault was, in words.
  private let describe: (Fault) -> String

  /// What could not be told, with the programs.
  private var readingHoles: [InterfaceHole: Set<String>] = [:]
  private var faults: [FaultOfHelper: Set<String>] = [:]

  private struct FaultOfHelper: Hashable {
    let fault: Fault
    let helper: String
  }

  /// What could not be told, by the reason: the programs, and the helpers of each. A callback that failed so often that it was
  /// asked no more is one.
  var holes: [InterfaceHole: Set<String>] {
    var result = readingHoles
    for (key, programs) in faults {
      let last = questions.lastFault(of: key.fault)
      let hole = last.map { InterfaceHole(describe($0), about: .allHelpers) }
      result[hole ?? InterfaceHole(describe(key.fault), about: .helper(key.helper)), default: []].formUnion(programs)
    }
    return result
  }
  /// The programs for which what they are attached to decides about helpers.
  private(set) var dependingOnTarget: Set<String> = []

  init(
    _ questions: HelperQuestions, _ reader: PrototypeReader, _ layout: InterfaceLayout,
    callback: @escaping (ProgramType) -> UInt64?, describe: @escaping (Fault) -> String
  ) {
    self.questions = questions
    self.reader = reader
    self.layout = layout
    self.callback = callback
    self.describe = describe
  }

  /// See `ProgramInterface.combinations`.
  var combinations: [String: [String]] { reader.combinations }

  /// Whether an attach type gives programs of a type other helpers than `otherwise` does.
  func differs(_ type: ProgramType, _ attachType: UInt32, _ otherwise: UInt32) -> Bool {
    guard let function = callback(type) else { return false }
    return layout.helpers.contains { helper in
      let program = HelperQuestions.Program(type: UInt32(type.number), attachType: attachType, isSleepable: false)
      let other = HelperQuestions.Program(type: UInt32(type.number), attachType: otherwise, isSleepable: false)
      let answer = try? questions.answer(function, helper.number, program).get()
      guard answer?.dependence.contains(.attachType) ?? true else { return false }
      return answer?.decision != (try? questions.answer(function, helper.number, other).get())?.decision
    }
  }

  /// Every helper of the build, with the grants of `subjects`.
  func helpers(of subjects: [HelperSubject]) -> [HelperFunction] {
    let result = layout.helpers.map { helper in
      var programs: [Answers: [String]] = [:]
      for subject in subjects {
        guard let answers = answers(helper, subject) else { continue }
        programs[answers, default: []].append(subject.name)
      }
      var grants: [GrantKey: Set<String>] = [:]
      for (answers, names) in programs {
        for key in keys(answers, helper, names) { grants[key, default: []].formUnion(names) }
      }
      return HelperFunction(
        name: helper.name, number: helper.number,
        grants: grants.map { key, names in
          HelperGrant(
            programs: names.sorted { $0.precedes($1) }, prototype: key.prototype, terms: key.terms)
        }.sorted(by: HelperGrant.inOrder))
    }
    if reader.packetChangesAreUnknown {
      readingHoles[
        InterfaceHole("which helpers change the packet: bpf_helper_changes_pkt_data can't be asked", about: .allHelpers)] = Set(
          subjects.map(\.name))
    }
    return result
  }

  /// What `get_func_proto` says to a program that does not sleep and, where that makes a difference, to one that may.
  private struct Answers: Hashable {
    let usual: HelperAnswer
    let sleepable: HelperAnswer?
  }

  private struct GrantKey: Hashable {
    let prototype: HelperPrototype?
    let terms: GrantTerms
  }

  private func answers(_ helper: (name: String, number: Int), _ subject: HelperSubject) -> Answers? {
    guard let function = callback(subject.type) else { return nil }
    func ask(isSleepable: Bool) throws(Fault) -> HelperAnswer {
      try questions.answer(
        function, helper.number,
        HelperQuestions.Program(
          type: UInt32(subject.type.number), attachType: subject.attachType, isSleepable: isSleepable)
      ).get()
    }
    do throws(Fault) {
      let usual = try ask(isSleepable: subject.isAlwaysSleepable)
      if !usual.dependence.isDisjoint(with: [.attachTarget, .iterator]) { dependingOnTarget.insert(subject.name) }
      guard !subject.isAlwaysSleepable, usual.dependence.contains(.sleepable) else {
        return Answers(usual: usual, sleepable: nil)
      }
      let sleepable = try ask(isSleepable: true)
      return Answers(usual: usual, sleepable: sleepable.decision == usual.decision ? nil : sleepable)
    } catch {
      faults[FaultOfHelper(fault: error, helper: helper.name), default: []].insert(subject.name)
      return nil
    }
  }

  // MARK: - Terms

  private func keys(
    _ answers: Answers, _ helper: (name: String, number: Int), _ programs: [String]
  ) -> [GrantKey] {
    guard let sleepable = answers.sleepable else { return keys(answers.usual, nil, helper, programs) }
    return keys(answers.usual, false, helper, programs) + keys(sleepable, true, helper, programs)
  }

  private func keys(
    _ answer: HelperAnswer, _ isSleepable: Bool?, _ helper: (name: String, number: Int), _ programs: [String]
  ) -> [GrantKey] {
    let dependsOnTarget = answer.dependence.contains(.attachTarget)
    var result: [GrantKey] = []
    func add(_ address: UInt64, _ terms: GrantTerms) {
      guard address != 0 else { return }
      switch reader.prototype(at: address, of: helper) {
      case .prototype(let prototype): result.append(GrantKey(prototype: prototype, terms: terms))
      case .empty: break
      case .absent:
        readingHoles[
          InterfaceHole("the helper's prototype is not part of the image", about: .helper(helper.name)), default: []
        ].formUnion(programs)
      }
    }
    add(
      answer.prototype,
      GrantTerms(
        capabilities: answer.requirements.capabilities,
        needsNoLockdown: answer.requirements.contains(.noLockdown), isSleepable: isSleepable,
        marks: answer.marks, dependsOnTarget: dependsOnTarget, isRefused: answer.allowance == .refused))
    if answer.otherwise != answer.prototype {
      add(
        answer.otherwise,
        GrantTerms(
          lackedCapabilities: answer.requirements.capabilities, isSleepable: isSleepable, marks: answer.marks,
          dependsOnTarget: dependsOnTarget))
    }
    if result.isEmpty, answer.prototype == 0, dependsOnTarget {
      result.append(GrantKey(prototype: nil, terms: GrantTerms(isSleepable: isSleepable, dependsOnTarget: true)))
    }
    return result
  }
}

extension HelperAnswer {
  /// The answer without what it depended on.
  fileprivate var decision: Decision {
    Decision(prototype: prototype, requirements: requirements, otherwise: otherwise, allowance: allowance, marks: marks)
  }

  fileprivate struct Decision: Equatable {
    let prototype: UInt64
    let requirements: [Requirement]
    let otherwise: UInt64
    let allowance: Allowance
    let marks: [String]
  }
}
