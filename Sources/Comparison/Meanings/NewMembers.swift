import ContextABI
import Solver

/// Looks for values of the members that both builds have for which two meanings differ whatever the new members are.
///
/// Candidates for the new members are put in, and values of the others are asked for that make the meanings differ for each
/// candidate. There are none: what the new members are can explain the difference. There are: the solver looks for new
/// members that make the meanings equal for just these values. Where it finds some, they are one candidate more. (This is
/// quantifier elimination by counterexamples; with few bits of new members all their values come up in the end.)
struct NewMembersSearch {
  private let prover: Prover
  private let pair: MeaningPair
  /// The variables that are free to be anything because the old build lacks them.
  private let new: [Int]

  private var solver: Solver { prover.solver }

  private static let roundLimit = 64

  init(_ prover: Prover, _ pair: MeaningPair) {
    self.prover = prover
    self.pair = pair
    // Bits that an old member shares are not new, and what shares its bits is not free.
    let taken = Set(pair.shared.map(\.variable)).union(
      pair.shared.filter { !pair.variables[$0.variable].isNew }.map(\.source))
    new = pair.variables.indices.filter { pair.variables[$0].isNew && !taken.contains($0) }
  }

  private enum Outcome {
    case explained
    /// For these values the meanings differ whatever the new members are.
    case differs(PairInput)
    case undecided(String)
  }

  func verdict() -> NewMembersVerdict {
    switch search() {
    case .explained: .explained
    case .differs(let input): checked(input)
    case .undecided(let reason): .undecided(reason)
    }
  }

  /// Whether it is proved that what the new members are can explain the difference.
  func isExplained() -> Bool {
    if case .explained = search() { return true }
    return false
  }

  private func search() -> Outcome {
    let outer = solver.question()
    for candidate in candidates() { outer.require(differs(candidate)) }
    for _ in 0..<Self.roundLimit {
      switch outer.answer() {
      case .impossible: return .explained
      case .undecided(let reason): return .undecided(reason)
      case .possible(let model):
        guard let input = prover.input(model, encoder([:])) else { return .undecided("the solver's model has no values") }
        switch explanation(of: input) {
        case .input(let explaining): outer.require(differs(constants(explaining)))
        case .none: return .differs(input)
        case .undecided(let reason): return .undecided(reason)
        }
      }
    }
    return .undecided("the new members can be too many things")
  }

  // MARK: - Terms

  /// The encoder with these terms in place of the new members; those that none is given for are 0.
  private func encoder(_ terms: [Int: BitVector]) -> MeaningEncoder {
    let members = pair.variables.indices.map { index -> BitVector in
      if new.contains(index) { return cut(terms[index] ?? solver.constant(0, width: 64), index) }
      return free(index)
    }
    return MeaningEncoder(solver, pair, members: members)
  }

  /// Any value; of a pointer null or its address.
  private func free(_ index: Int) -> BitVector {
    guard pair.variables[index].isPointer else { return prover.anyValue(index, pair) }
    return pointer(index, isNull: solver.proposition("\(pair.variables[index].name) is null"))
  }

  private func pointer(_ index: Int, isNull: Proposition) -> BitVector {
    solver.choose(
      isNull, solver.constant(0, width: 64), solver.constant(pair.address(index), width: 64))
  }

  private func cut(_ term: BitVector, _ index: Int) -> BitVector {
    solver.compute(.and, term, solver.constant(pair.mask(index), width: 64))
  }

  private func differs(_ terms: [Int: BitVector]) -> Proposition {
    let (differs, oldFaults) = encoder(terms).comparison()
    return solver.all([differs, solver.not(oldFaults)])
  }

  private func constants(_ input: PairInput) -> [Int: BitVector] {
    Dictionary(uniqueKeysWithValues: new.map { ($0, solver.constant(input.members[$0], width: 64)) })
  }

  // MARK: - Candidates

  /// What a new member may be made of: a constant, another member, the value that the old meaning gives.
  private func candidates() -> [[Int: BitVector]] {
    let edges: [UInt64] = [0, 1, .max]
    var result = edges.map { edge in all { pair.variables[$0].isPointer ? nil : solver.constant(edge, width: 64) } }
    guard !new.isEmpty, new.count <= 8 else { return result }
    let base = encoder([:])
    var terms = pair.variables.indices.filter { !new.contains($0) && !pair.variables[$0].isPointer }.prefix(16).map {
      base.members[$0]
    }
    terms.append(base.encode(pair.old, []).result)
    for term in terms {
      result.append(all { pair.variables[$0].isPointer ? nil : term })
      guard new.count > 1 else { continue }
      for edge in edges {
        for index in new where !pair.variables[index].isPointer {
          result.append(all { $0 == index ? term : pair.variables[$0].isPointer ? nil : solver.constant(edge, width: 64) })
        }
      }
    }
    return result
  }

  /// A term for every new member; a pointer without one is not null.
  private func all(_ term: (Int) -> BitVector?) -> [Int: BitVector] {
    Dictionary(
      uniqueKeysWithValues: new.map { ($0, term($0) ?? solver.constant(pair.address($0), width: 64)) })
  }

  // MARK: - One input

  /// New members that make the meanings do the same for the input.
  private func explanation(of input: PairInput) -> Prover.Finding {
    var members = input.members.map { solver.constant($0, width: 64) }
    for index in new { members[index] = free(index) }
    let encoder = MeaningEncoder(solver, pair, members: members)
    let question = solver.question()
    let (differs, _) = encoder.comparison()
    question.require(solver.not(differs))
    question.require(solver.equal(encoder.value, solver.constant(input.value, width: 64)))
    for number in pair.registers {
      guard let term = encoder.registers[number] else { continue }
      question.require(solver.equal(term, solver.constant(input.register(number), width: 64)))
    }
    switch question.answer() {
    case .impossible: return .none
    case .undecided(let reason): return .undecided(reason)
    case .possible(let model):
      guard let found = prover.input(model, encoder) else { return .undecided("the solver's model has no values") }
      return .input(found)
    }
  }

  /// The input made small and checked by evaluation.
  private func checked(_ input: PairInput) -> NewMembersVerdict {
    func differs(_ candidate: PairInput) -> Bool {
      let (before, after) = pair.outcomes(for: candidate)
      return before != after && before != .fault
    }
    guard differs(input) else { return .undecided("the solver's model is no difference") }
    let small = pair.smallest(input) { candidate in
      guard new.allSatisfy({ candidate.members[$0] == input.members[$0] }), differs(candidate) else { return false }
      if case .none = explanation(of: candidate) { return true }
      return false
    }
    return .differs(pair.witness(small, without: Set(pair.variables.indices.filter { pair.variables[$0].isNew })))
  }
}
