import ContextABI
import Synchronization

/// Relates two meanings over the same kernel members.
///
/// First inputs are tried, all of them where they are few: that finds most differences, and fast. Where it finds none and has
/// not tried all there are, the solver decides. What is asked once is remembered for the process.
struct WitnessSearch {
  private let pair: MeaningPair

  /// - Parameter limits: members whose values have no more bits than that.
  init(_ old: Meaning, _ new: Meaning, in world: MemberWorld, widths limits: [String: Int] = [:]) {
    pair = MeaningPair(old, new, in: world, widths: limits)
  }

  /// How the meanings relate, for all inputs or for those that are as assumed. Where no input is as assumed, they are equal.
  func relation(assuming assumptions: [Assumption] = []) -> MeaningRelation {
    let pair = pair.assuming(assumptions)
    return Self.memory.withLock { memory in memory.relation(pair) }
  }

  /// Whether there are values of the members that both builds have for which the meanings differ whatever the members are
  /// that the old build lacks (true), or for all of them some values of the new members make the meanings do the same
  /// (false); nil where that is not decided.
  ///
  /// A member that only the old build has counts among those that both have, and so do the value to store and registers. What
  /// differs where the old meaning faults does not count. A pointer is null or has an address of its own.
  func differsWhateverNewMembersAre() -> Bool? {
    switch newMembersVerdict() {
    case .differs: true
    case .explained: false
    case .undecided: nil
    }
  }

  /// The same with a witness, and with the reason where it is not decided.
  func newMembersVerdict() -> NewMembersVerdict {
    let pair = pair
    return Self.memory.withLock { memory in memory.newMembersVerdict(pair) }
  }

  /// The members that either meaning uses, or that are on the way to one, and that the old build lacks.
  var newMembers: [String] { pair.variables.filter(\.isNew).map(\.name) }

  private static let memory = Mutex(RelationMemory())
}

/// What pairs of meanings were found to be, and the solver that they share.
///
/// A solver can take another way after other questions. So the shared one, which saves the time to start it, is believed
/// only where it proves something; all else is asked anew of a solver that was asked nothing before. What is found does not
/// hang on the order of comparisons.
private struct RelationMemory {
  private var relations: [MeaningPair: MeaningRelation] = [:]
  private var verdicts: [MeaningPair: NewMembersVerdict] = [:]
  private var shared: Prover?
  private var uses = 0

  private static let limit = 20_000
  /// A solver keeps every term it has made: now and then there is a new one.
  private static let usesOfSolver = 500

  mutating func relation(_ pair: MeaningPair) -> MeaningRelation {
    if let known = relations[pair] { return known }
    if relations.count >= Self.limit { relations = [:] }
    let relation = decide(pair)
    relations[pair] = relation
    return relation
  }

  mutating func newMembersVerdict(_ pair: MeaningPair) -> NewMembersVerdict {
    if let known = verdicts[pair] { return known }
    if verdicts.count >= Self.limit { verdicts = [:] }
    let verdict = decideNewMembers(pair)
    verdicts[pair] = verdict
    return verdict
  }

  private mutating func decideNewMembers(_ pair: MeaningPair) -> NewMembersVerdict {
    guard let shared = sharedProver() else { return .undecided(Prover.whyMissing) }
    if NewMembersSearch(shared, pair).isExplained() { return .explained }
    return Prover(.full).map { NewMembersSearch($0, pair).verdict() } ?? .undecided(Prover.whyMissing)
  }

  private mutating func difference(_ pair: MeaningPair, onFaults: Bool) -> Prover.Finding {
    guard let shared = sharedProver() else { return .undecided(Prover.whyMissing) }
    if shared.excludesDifference(pair, onFaults: onFaults) { return .none }
    return Prover(.full)?.difference(pair, onFaults: onFaults) ?? .undecided(Prover.whyMissing)
  }

  private mutating func sharedProver() -> Prover? {
    if shared == nil || uses >= Self.usesOfSolver {
      // At most one at a time.
      shared = nil
      shared = Prover(.small)
      uses = 0
    }
    uses += 1
    shared?.solver.startDecision()
    return shared
  }

  // MARK: - The decision

  private mutating func decide(_ pair: MeaningPair) -> MeaningRelation {
    let search = SearchInputs(pair: pair)
    let inputs = search.inputs
    var onFaults: PairInput?
    var different: PairInput?
    for input in inputs {
      let (before, after) = pair.outcomes(for: input)
      if before == after { continue }
      if before == .fault {
        onFaults = onFaults ?? input
        continue
      }
      different = different ?? input
      // One for which what the old build lacks is 0 says more.
      if !pair.hasNewMember(otherThan0: input) {
        different = input
        break
      }
    }
    if let different { return .different(pair.witness(small(different, pair, onFaults: false))) }
    if search.isExhaustive {
      guard let onFaults else { return .equal(.exhaustive(inputs: inputs.count)) }
      return .differentOnFaults(pair.witness(small(onFaults, pair, onFaults: true)))
    }
    return decideBySolver(pair, tried: inputs.count, onFaults)
  }

  private mutating func decideBySolver(_ pair: MeaningPair, tried: Int, _ onFaults: PairInput?) -> MeaningRelation {
    let elsewhere = difference(pair, onFaults: false)
    if case .input(let input) = elsewhere { return .different(pair.witness(small(input, pair, onFaults: false))) }
    var notProved: String?
    if case .undecided(let reason) = elsewhere { notProved = reason }
    var onFaults = onFaults
    if onFaults == nil {
      switch difference(pair, onFaults: true) {
      case .input(let input): onFaults = input
      case .undecided(let reason): notProved = notProved ?? reason
      case .none: break
      }
    }
    if let onFaults {
      var witness = pair.witness(small(onFaults, pair, onFaults: true))
      witness.notProved = notProved
      return .differentOnFaults(witness)
    }
    return .equal(notProved.map { .tried(inputs: tried, notProved: $0) } ?? .proved)
  }

  private func small(_ input: PairInput, _ pair: MeaningPair, onFaults: Bool) -> PairInput {
    pair.smallest(input) { candidate in
      let (before, after) = pair.outcomes(for: candidate)
      return before != after && (onFaults || before != .fault)
    }
  }
}
