import ContextABI

extension MeaningPair {
  // MARK: - Small inputs

  /// The input with as many members as possible 0 (pointers: not null) that is still wanted.
  func smallest(_ input: PairInput, where isWanted: (PairInput) -> Bool) -> PairInput {
    var best = input
    func take(_ candidate: PairInput) -> Bool {
      guard let candidate = admitted(candidate), isWanted(candidate) else { return false }
      best = candidate
      return true
    }
    // What the old build did not have is best left out of the picture.
    let newFirst = variables.indices.filter { variables[$0].isNew } + variables.indices.filter { !variables[$0].isNew }
    for index in newFirst {
      let current = best.members[index]
      // The lowest bit alone may be enough.
      let simpler = variables[index].isPointer ? [address(index)] : [0, min(1, mask(index)), current & (~current &+ 1)]
      for simple in simpler {
        var candidate = best
        candidate.members[index] = simple
        if take(candidate) { break }
      }
    }
    for simple: UInt64 in [0, 1, 2] {
      var candidate = best
      candidate.value = simple
      if take(candidate) { break }
    }
    for number in registers where best.registers[number] != nil {
      var candidate = best
      candidate.registers[number] = nil
      _ = take(candidate)
    }
    return best
  }

  // MARK: - What decides

  /// The witness that the input is; variables that decide nothing are not named.
  func witness(_ input: PairInput, without unnamed: Set<Int> = []) -> Witness {
    let way = Way(self, input)
    let difference = OutcomeDifference(outcomes(for: input))
    var named = way.tested
    for index in way.read where !named.contains(index) && matters(index, input, difference) { named.insert(index) }
    // What a member was that is stored to: 0 goes without saying.
    for index in way.written where input.members[index] != 0 && matters(index, input, difference) { named.insert(index) }
    for index in variables.indices where variables[index].isPointer && input.members[index] == 0 { named.insert(index) }
    // A member says that the pointers on the way to it are not null.
    let said = Set(named.flatMap { variables[$0].pointers })
    named = named.filter { index in
      !unnamed.contains(index) && !(said.contains(index) && input.members[index] == address(index))
    }
    var values = named.sorted().map { index in
      let value = input.members[index]
      let isPointer =
        variables[index].isNullOrNot || variables[index].isPointer && (value == 0 || value == address(index))
      return Witness.Value(name: variables[index].name, value: value, isPointer: isPointer)
    }
    if way.testsValue || valueMatters(input, difference) {
      values.append(.init(name: "value", value: input.value, isPointer: false))
    }
    for number in registers where way.testedRegisters.contains(number) || input.registers[number] != nil {
      values.append(.init(name: "r\(number)", value: input.register(number), isPointer: false))
    }
    let (before, after) = outcomes(for: input)
    return Witness(
      values: values, before: before, after: after, decisive: named.sorted().map { variables[$0].name })
  }

  /// Whether another value of the member changes the difference.
  private func matters(_ index: Int, _ input: PairInput, _ difference: OutcomeDifference) -> Bool {
    let mask = mask(index)
    return Self.others(input.members[index], mask).contains { other in
      var changed = input
      changed.members[index] = other
      // Bits that are shared are those of the widest member.
      if let part = shared.first(where: { $0.variable == index }) {
        let bits = Self.mask(part.width) << UInt64(part.shift)
        changed.members[part.source] = changed.members[part.source] & ~bits | other << UInt64(part.shift) & bits
      }
      return OutcomeDifference(outcomes(for: consistent(changed))) != difference
    }
  }

  private func valueMatters(_ input: PairInput, _ difference: OutcomeDifference) -> Bool {
    guard usesFreeValues else { return false }
    return Self.others(input.value, .max).contains { other in
      var changed = input
      changed.value = other
      return OutcomeDifference(outcomes(for: changed)) != difference
    }
  }

  /// Values other than this one: the edges, and this one with one bit changed.
  private static func others(_ value: UInt64, _ mask: UInt64) -> [UInt64] {
    var result = [0, mask, ~value & mask]
    for bit in 0..<UInt64(64) where mask >> bit & 1 == 1 { result.append(value ^ (1 << bit)) }
    return result.filter { $0 != value }
  }
}

/// What two outcomes do not have in common.
private struct OutcomeDifference: Equatable {
  private var results: [UInt64?] = []
  private var before: Set<EvaluatedChange> = []
  private var after: Set<EvaluatedChange> = []
  private var faults: [Bool]

  init(_ outcomes: (before: EvaluatedOutcome, after: EvaluatedOutcome)) {
    faults = [outcomes.before == .fault, outcomes.after == .fault]
    if outcomes.before == outcomes.after {
      faults = []
      return
    }
    guard case .done(let first, let firstChanges) = outcomes.before,
      case .done(let second, let secondChanges) = outcomes.after
    else {
      // Beside a fault, what the other one does is no part of the difference.
      return
    }
    if first != second { results = [first, second] }
    before = Set(firstChanges).subtracting(secondChanges)
    after = Set(secondChanges).subtracting(firstChanges)
  }
}

/// The ways that both meanings take for an input: what is tested on them, and what is read at their ends.
private struct Way {
  private(set) var tested: Set<Int> = []
  private(set) var read: Set<Int> = []
  private(set) var written: Set<Int> = []
  private(set) var testsValue = false
  private(set) var testedRegisters: Set<Int> = []

  init(_ pair: MeaningPair, _ input: PairInput) {
    for meaning in [pair.old, pair.new] { follow(meaning.tree, pair, input) }
  }

  private mutating func follow(_ tree: Meaning.Tree, _ pair: MeaningPair, _ input: PairInput) {
    var tree = tree
    while case .branch(let condition, let then, let otherwise) = tree {
      for operand in condition.operands {
        operand.forEachMember { if let index = pair.indices[$0.path] { tested.insert(index) } }
        operand.forEachRegister { testedRegisters.insert($0) }
        if operand.usesStoredValue { testsValue = true }
      }
      guard let holds = condition.holds(in: pair.environment(input)) else { return }
      tree = holds ? then : otherwise
    }
    guard case .outcome(let outcome) = tree else { return }
    for effect in outcome.effects {
      if let index = effect.target.member.flatMap({ pair.indices[$0.path] }) { written.insert(index) }
    }
    for expression in outcome.effects.map(\.value) + (outcome.result.map { [$0] } ?? []) {
      expression.forEachMember { if let index = pair.indices[$0.path] { read.insert(index) } }
    }
  }
}
