import ContextABI
import Solver

/// Puts meanings into the solver's terms, as `Meaning.evaluate` has them.
struct MeaningEncoder {
  let solver: Solver
  let pair: MeaningPair
  /// The variables' values, as numbers of 64 bits.
  let members: [BitVector]
  let value: BitVector
  let registers: [Int: BitVector]

  /// - Parameter members: the variables' values; of those whose bits another one has, anything.
  init(_ solver: Solver, _ pair: MeaningPair, members: [BitVector]) {
    self.solver = solver
    self.pair = pair
    var members = members
    // In place of a constraint: what shares its bits is a part of the other one.
    for part in pair.shared {
      let shifted = solver.compute(.shiftRight, members[part.source], solver.constant(UInt64(part.shift), width: 64))
      let mask = MeaningPair.mask(part.width) & pair.mask(part.variable)
      members[part.variable] = solver.compute(.and, shifted, solver.constant(mask, width: 64))
    }
    self.members = members
    value = solver.variable("value", width: 64)
    registers = Dictionary(
      uniqueKeysWithValues: pair.registers.map { ($0, solver.variable("register \($0)", width: 64)) })
  }

  private func constant(_ value: UInt64) -> BitVector { solver.constant(value, width: 64) }

  // MARK: - Expressions

  func encode(_ expression: Expression) -> BitVector {
    switch expression {
    case .constant(let value): return constant(value)
    case .member(let member):
      guard let index = pair.indices[member.path] else { return constant(0) }
      return low(members[index], member.width)
    case .value: return value
    case .register(let number): return registers[number] ?? constant(0)
    case .bits(let source, let low, let width): return part(encode(source), low: low, width: width)
    case .joined(let parts):
      return parts.reduce(constant(0)) { result, part in
        let bits = low(encode(part.expression), part.width)
        guard part.shift < 64 else { return result }
        return solver.compute(.or, result, solver.compute(.shiftLeft, bits, constant(UInt64(part.shift))))
      }
    case .signExtended(let inner, let from):
      guard from < 64 else { return encode(inner) }
      guard from > 0 else { return constant(0) }
      return solver.signExtended(solver.bits(encode(inner), low: 0, width: from), to: 64)
    case .operation(let operation, let left, let right): return compute(operation, encode(left), encode(right))
    }
  }

  private func low(_ term: BitVector, _ width: Int) -> BitVector { part(term, low: 0, width: width) }

  private func part(_ term: BitVector, low: Int, width: Int) -> BitVector {
    guard low < 64, width > 0 else { return constant(0) }
    return solver.zeroExtended(solver.bits(term, low: low, width: min(width, 64 - low)), to: 64)
  }

  private func compute(_ operation: Expression.Operator, _ a: BitVector, _ b: BitVector) -> BitVector {
    switch operation {
    case .add: return solver.compute(.add, a, b)
    case .subtract: return solver.compute(.subtract, a, b)
    case .multiply: return solver.compute(.multiply, a, b)
    case .and: return solver.compute(.and, a, b)
    case .or: return solver.compute(.or, a, b)
    case .xor: return solver.compute(.xor, a, b)
    // BPF's division by 0 is not the solver's.
    case .divide:
      return solver.choose(solver.equal(b, constant(0)), constant(0), solver.compute(.divide, a, b))
    case .remainder: return solver.choose(solver.equal(b, constant(0)), a, solver.compute(.remainder, a, b))
    case .shiftLeft: return solver.compute(.shiftLeft, a, solver.compute(.and, b, constant(63)))
    case .shiftRight: return solver.compute(.shiftRight, a, solver.compute(.and, b, constant(63)))
    }
  }

  private func holds(_ condition: Meaning.Condition) -> Proposition {
    switch condition {
    case .isNonzero(let value): solver.not(solver.equal(encode(value), constant(0)))
    case .equal(let a, let b): solver.equal(encode(a), encode(b))
    case .less(let a, let b): solver.less(encode(a), encode(b))
    case .signedLess(let a, let b): solver.signedLess(encode(a), encode(b))
    }
  }

  // MARK: - Faults

  /// Whether a pointer on the way to one of the members is null.
  private func faults(_ expressions: [Expression], _ targets: [Expression.Member] = []) -> Proposition {
    var pointers: Set<Int> = []
    func add(_ member: Expression.Member) {
      if let index = pair.indices[member.path] { pointers.formUnion(pair.variables[index].pointers) }
    }
    for expression in expressions { expression.forEachMember(add) }
    targets.forEach(add)
    return solver.any(pointers.sorted().map { solver.equal(members[$0], constant(0)) })
  }

  // MARK: - Meanings

  /// What a meaning does, in terms: of a fault nothing else counts.
  struct Encoded {
    var faults: Proposition
    /// Whether it gives a value: a read.
    var isRead: Proposition
    var result: BitVector
    /// What members and registers are afterwards.
    var state: [StateKey: BitVector]
  }

  /// - Parameter keys: the members and registers that may be changed. Their order, and that of all terms, is always the same:
  ///   what the solver finds can hang on it.
  func encode(_ meaning: Meaning, _ keys: [StateKey]) -> Encoded { encode(meaning.tree, keys) }

  private func encode(_ tree: Meaning.Tree, _ keys: [StateKey]) -> Encoded {
    switch tree {
    case .outcome(let outcome): return encode(outcome, keys)
    case .branch(let condition, let then, let otherwise):
      let test = holds(condition)
      let (first, second) = (encode(then, keys), encode(otherwise, keys))
      var result = first
      result.faults = solver.any([faults(condition.operands), solver.choose(test, first.faults, second.faults)])
      result.isRead = solver.choose(test, first.isRead, second.isRead)
      result.result = solver.choose(test, first.result, second.result)
      for key in keys {
        let states = [first, second].map { $0.state[key] ?? former(key) }
        result.state[key] = solver.choose(test, states[0], states[1])
      }
      return result
    }
  }

  private func encode(_ outcome: Meaning.Outcome, _ keys: [StateKey]) -> Encoded {
    var state = Dictionary(uniqueKeysWithValues: keys.map { ($0, former($0)) })
    for effect in outcome.effects {
      let key = StateKey(effect.target)
      let value = encode(effect.value)
      guard case .bits(_, let low, let width) = effect.target else {
        state[key] = value
        continue
      }
      let others = constant(~(MeaningPair.mask(width) << UInt64(low)))
      let kept = solver.compute(.and, state[key] ?? former(key), others)
      state[key] = solver.compute(.or, kept, solver.compute(.shiftLeft, value, constant(UInt64(low))))
    }
    let read = outcome.result.map { [$0] } ?? []
    return Encoded(
      faults: faults(read + outcome.effects.map(\.value), outcome.effects.compactMap(\.target.member)),
      isRead: solver.proposition(outcome.result != nil),
      result: outcome.result.map(encode) ?? constant(0), state: state)
  }

  /// What a member or register was.
  private func former(_ key: StateKey) -> BitVector {
    guard let member = key.member else { return registers[key.register] ?? constant(0) }
    return pair.indices[member.path].map { members[$0] } ?? constant(0)
  }

  // MARK: - Two of them

  /// The members and registers that either meaning changes.
  private var changed: [StateKey] {
    var known: Set<StateKey> = []
    let targets = (pair.old.tree.outcomes + pair.new.tree.outcomes).flatMap { $0.effects.map(\.target) }
    return targets.map(StateKey.init).filter { known.insert($0).inserted }
  }

  /// Whether the meanings differ, and whether the old one faults.
  func comparison() -> (differs: Proposition, oldFaults: Proposition) {
    let keys = changed
    let (old, new) = (encode(pair.old, keys), encode(pair.new, keys))
    let bothDone = solver.all([solver.not(old.faults), solver.not(new.faults), same(old, new, keys)])
    let same = solver.any([solver.all([old.faults, new.faults]), bothDone])
    return (solver.not(same), old.faults)
  }

  /// Whether both do the same where neither faults.
  private func same(_ old: Encoded, _ new: Encoded, _ keys: [StateKey]) -> Proposition {
    let sameKind = solver.choose(old.isRead, new.isRead, solver.not(new.isRead))
    let sameState = keys.map { solver.equal(old.state[$0] ?? former($0), new.state[$0] ?? former($0)) }
    return solver.all([sameKind, solver.equal(old.result, new.result)] + sameState)
  }

  /// The ways in which the meanings can differ where the old one does not fault, one by one: the new one faults; or they do
  /// not the same on one way through the old and one through the new. Each is easier to decide than all of them.
  func differences() -> [Proposition] {
    let keys = changed
    let (old, new) = (encode(pair.old, keys), encode(pair.new, keys))
    let neither = [solver.not(old.faults), solver.not(new.faults)]
    var result = [solver.all([solver.not(old.faults), new.faults])]
    for first in ways(pair.old.tree) {
      for second in ways(pair.new.tree) {
        let differs = solver.not(same(encode(first.outcome, keys), encode(second.outcome, keys), keys))
        result.append(solver.all(neither + first.tests + second.tests + [differs]))
      }
    }
    return result
  }

  /// Every way through the tests to an outcome.
  private func ways(_ tree: Meaning.Tree) -> [(tests: [Proposition], outcome: Meaning.Outcome)] {
    switch tree {
    case .outcome(let outcome): return [([], outcome)]
    case .branch(let condition, let then, let otherwise):
      let test = holds(condition)
      return ways(then).map { ([test] + $0.tests, $0.outcome) }
        + ways(otherwise).map { ([solver.not(test)] + $0.tests, $0.outcome) }
    }
  }
}
