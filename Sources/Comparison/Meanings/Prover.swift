import ContextABI
import Solver

/// Decides by the solver how two meanings relate.
///
/// What is known of pointers: a null one makes every access through it a fault. Otherwise a pointer may be any number, so what
/// is proved holds for all addresses. Two that are equal lead to the same memory: members at the same place in the same
/// structure are equal then. Where the addresses don't matter, the input of a difference has those that the search has, each
/// pointer its own.
struct Prover {
  let solver: Solver

  static var whyMissing: String { Solver.whyMissing ?? "the solver can't be started" }

  /// Nil without libz3.
  init?(_ effort: Solver.Effort) {
    guard let solver = Solver(effort) else { return nil }
    self.solver = solver
  }

  enum Finding {
    case input(PairInput)
    /// Proved: there is none.
    case none
    case undecided(String)
  }

  /// An input for which the meanings differ, and the old one faults or not.
  func difference(_ pair: MeaningPair, onFaults: Bool) -> Finding {
    let encoder = encoder(pair)
    let finding = find(whole(encoder, onFaults), encoder, onFaults)
    guard case .undecided = finding, !onFaults else { return finding }
    return findInParts(encoder) ?? finding
  }

  /// Whether it is proved that there is no such input.
  func excludesDifference(_ pair: MeaningPair, onFaults: Bool) -> Bool {
    let encoder = encoder(pair)
    if case .impossible = question(whole(encoder, onFaults), encoder).answer() { return true }
    return false
  }

  private func encoder(_ pair: MeaningPair) -> MeaningEncoder {
    MeaningEncoder(solver, pair, members: pair.variables.indices.map { anyValue($0, pair) })
  }

  private func whole(_ encoder: MeaningEncoder, _ onFaults: Bool) -> Proposition {
    let (differs, oldFaults) = encoder.comparison()
    return solver.all([differs, onFaults ? oldFaults : solver.not(oldFaults)])
  }

  private func question(_ difference: Proposition, _ encoder: MeaningEncoder) -> Question {
    let question = solver.question()
    question.require(difference)
    for statement in equalPointers(encoder) + assumed(encoder) { question.require(statement) }
    return question
  }

  private func find(_ difference: Proposition, _ encoder: MeaningEncoder, _ onFaults: Bool) -> Finding {
    let question = question(difference, encoder)
    switch question.answer() {
    case .impossible: return .none
    case .undecided(let reason): return .undecided(reason)
    case .possible(let model): return checked(smallest(model, question, encoder), encoder.pair, onFaults)
    }
  }

  private static let partLimit = 100

  /// The difference that was too much to decide at once, part by part up to the first that is too much as well; nil where
  /// there are too many parts, or a single way.
  private func findInParts(_ encoder: MeaningEncoder) -> Finding? {
    let parts = encoder.differences()
    guard (3...Self.partLimit).contains(parts.count) else { return nil }
    for part in parts {
      let finding = find(part, encoder, false)
      guard case .none = finding else { return finding }
    }
    return Finding.none
  }

  /// An input of the solver's counts only if evaluation says the same.
  private func checked(_ input: PairInput?, _ pair: MeaningPair, _ onFaults: Bool) -> Finding {
    guard let input else { return .undecided("the solver's model has no values") }
    let (before, after) = pair.outcomes(for: input)
    guard before != after, (before == .fault) == onFaults, pair.isAdmitted(input) else {
      return .undecided("the solver's model is no difference")
    }
    return .input(input)
  }

  /// Any value that the variable can have.
  func anyValue(_ index: Int, _ pair: MeaningPair) -> BitVector {
    let width = min(64, pair.variables[index].width)
    guard width > 0 else { return solver.constant(0, width: 64) }
    return solver.zeroExtended(solver.variable(pair.variables[index].name, width: width), to: 64)
  }

  // MARK: - What is known

  /// Equal pointers lead to equal members.
  private func equalPointers(_ encoder: MeaningEncoder) -> [Proposition] {
    let variables = encoder.pair.variables
    var result: [Proposition] = []
    for (first, one) in variables.enumerated() {
      guard let place = one.place, let pointer = one.pointers.first else { continue }
      for second in variables.indices where second > first && variables[second].place == place {
        guard let other = variables[second].pointers.first, other != pointer else { continue }
        let apart = solver.not(solver.equal(encoder.members[pointer], encoder.members[other]))
        result.append(solver.any([apart, solver.equal(encoder.members[first], encoder.members[second])]))
      }
    }
    return result
  }

  private func assumed(_ encoder: MeaningEncoder) -> [Proposition] {
    func term(_ path: String) -> BitVector? { encoder.pair.indices[path].map { encoder.members[$0] } }
    func isValue(_ path: String, _ value: UInt64) -> Proposition? {
      term(path).map { solver.equal($0, solver.constant(value, width: 64)) }
    }
    return encoder.pair.assumptions.compactMap { assumption in
      switch assumption {
      case .zero(let path): return isValue(path, 0)
      case .nonzero(let path): return isValue(path, 0).map(solver.not)
      case .value(let path, let value): return isValue(path, value)
      case .equal(let path, let other):
        guard let a = term(path), let b = term(other) else { return nil }
        return solver.equal(a, b)
      }
    }
  }

  // MARK: - A small input

  /// Every pointer is null or has its own address.
  private func usualPointers(_ encoder: MeaningEncoder) -> Proposition {
    let pair = encoder.pair
    let dependent = Set(pair.shared.map(\.variable))
    return solver.all(
      pair.variables.indices.filter { pair.variables[$0].isPointer && !dependent.contains($0) }.map { index in
        let addresses = [0, pair.address(index)].map { solver.constant($0, width: 64) }
        return solver.any(addresses.map { solver.equal(encoder.members[index], $0) })
      })
  }

  /// The least input: variable by variable, those that the old build lacks first, each as small as it can be. So it does not
  /// hang on which model the solver comes upon.
  private func smallest(_ model: Model, _ question: Question, _ encoder: MeaningEncoder) -> PairInput? {
    let pair = encoder.pair
    var least = LeastModel(solver: solver, question: question, model: model)
    least.prefer(usualPointers(encoder))
    let indices = pair.variables.indices
    for index in indices.filter({ pair.variables[$0].isNew }) + indices.filter({ !pair.variables[$0].isNew }) {
      if pair.variables[index].isPointer {
        least.prefer(solver.equal(encoder.members[index], solver.constant(pair.address(index), width: 64)))
      }
      least.minimise(encoder.members[index], width: pair.variables[index].width)
    }
    least.minimise(encoder.value, width: 64)
    for number in pair.registers { if let term = encoder.registers[number] { least.minimise(term, width: 64) } }
    return input(least.model, encoder)
  }

  func input(_ model: Model, _ encoder: MeaningEncoder) -> PairInput? {
    let members = encoder.members.compactMap { model.value(of: $0) }
    guard members.count == encoder.members.count, let value = model.value(of: encoder.value) else { return nil }
    var input = PairInput(members: members, value: value)
    for (number, term) in encoder.registers { input.registers[number] = model.value(of: term) }
    return input
  }
}

/// A model that is made smaller step by step, as long as the solver can tell.
private struct LeastModel {
  let solver: Solver
  let question: Question
  private(set) var model: Model
  private var steps = 0

  /// Numbers that are hard to make smaller stay as they are.
  private static let stepLimit = 1000

  init(solver: Solver, question: Question, model: Model) {
    self.solver = solver
    self.question = question
    self.model = model
  }

  /// Requires the statement if it can hold. Says whether it can, nil where that is not known.
  @discardableResult
  mutating func prefer(_ statement: Proposition) -> Bool? {
    guard steps < Self.stepLimit else { return nil }
    steps += 1
    if model.holds(statement) == true {
      question.require(statement)
      return true
    }
    let name = solver.proposition("step \(steps)")
    question.require(solver.any([solver.not(name), statement]))
    switch question.answer(supposing: [name]) {
    case .possible(let smaller):
      model = smaller
      question.require(statement)
      return true
    case .impossible:
      question.require(solver.not(statement))
      return false
    case .undecided:
      steps = Self.stepLimit
      return nil
    }
  }

  mutating func minimise(_ term: BitVector, width: Int) {
    for small: UInt64 in [0, 1] {
      switch prefer(solver.equal(term, solver.constant(small, width: 64))) {
      case true?, nil: return
      case false?: continue
      }
    }
    for bit in (0..<min(width, 64)).reversed() {
      let isClear = solver.equal(solver.bits(term, low: bit, width: 1), solver.constant(0, width: 1))
      guard prefer(isClear) != nil else { return }
    }
  }
}
