import ContextABI

/// Values for all variables of a pair of meanings.
struct PairInput: Sendable {
  /// One a variable.
  var members: [UInt64]
  /// What a store stores.
  var value: UInt64
  /// What registers held; the others hold numbers of their own.
  var registers: [Int: UInt64] = [:]

  func register(_ number: Int) -> UInt64 { registers[number] ?? 0xdead_beef_0bad_cafe &+ UInt64(number) }
}

private struct PairEnvironment: MeaningEnvironment {
  let pair: MeaningPair
  let input: PairInput

  var value: UInt64 { input.value }

  func register(_ number: Int) -> UInt64 { input.register(number) }

  func value(of member: Expression.Member) -> UInt64? {
    guard let index = pair.indices[member.path] else { return 0 }
    for pointer in pair.variables[index].pointers where input.members[pointer] == 0 { return nil }
    return input.members[index]
  }
}

extension MeaningPair {
  // MARK: - Inputs that can be

  /// The input with members of one union sharing their bits.
  func consistent(_ input: PairInput) -> PairInput {
    var result = input
    for part in shared {
      let bits = result.members[part.source] >> UInt64(part.shift)
      result.members[part.variable] = bits & Self.mask(part.width) & mask(part.variable)
    }
    return result
  }

  /// The input changed so that it can be, and is as assumed; nil where that is not done with a small change.
  func admitted(_ input: PairInput) -> PairInput? {
    if shared.isEmpty, assumptions.isEmpty { return input }
    var result = input
    for assumption in assumptions { assume(assumption, in: &result) }
    result = consistent(result)
    return assumptions.allSatisfy { holds($0, in: result) } ? result : nil
  }

  /// Whether the input can be, and is as assumed.
  func isAdmitted(_ input: PairInput) -> Bool {
    consistent(input).members == input.members && assumptions.allSatisfy { holds($0, in: input) }
  }

  private func assume(_ assumption: Assumption, in input: inout PairInput) {
    switch assumption {
    case .zero(let path): if let index = indices[path] { input.members[index] = 0 }
    case .nonzero(let path):
      if let index = indices[path], input.members[index] == 0 {
        input.members[index] = variables[index].isPointer ? address(index) : 1
      }
    case .value(let path, let value): if let index = indices[path] { input.members[index] = value & mask(index) }
    case .equal(let path, let other):
      if let index = indices[path], let source = indices[other] {
        input.members[index] = input.members[source] & mask(index)
      }
    }
  }

  private func holds(_ assumption: Assumption, in input: PairInput) -> Bool {
    switch assumption {
    case .zero(let path): indices[path].map { input.members[$0] == 0 } ?? true
    case .nonzero(let path): indices[path].map { input.members[$0] != 0 } ?? true
    case .value(let path, let value): indices[path].map { input.members[$0] == value } ?? true
    case .equal(let path, let other):
      if let index = indices[path], let source = indices[other] {
        input.members[index] == input.members[source]
      } else {
        true
      }
    }
  }

  // MARK: - Evaluation

  func environment(_ input: PairInput) -> some MeaningEnvironment { PairEnvironment(pair: self, input: input) }

  /// What both meanings do, changes compared by what members and registers are afterwards.
  func outcomes(for input: PairInput) -> (before: EvaluatedOutcome, after: EvaluatedOutcome) {
    let environment = PairEnvironment(pair: self, input: input)
    let before = old.evaluate(in: environment)
    let after = new.evaluate(in: environment)
    if before == after { return (before, after) }
    guard case .done(let firstResult, let firstChanges) = before,
      case .done(let secondResult, let secondChanges) = after, firstResult == secondResult
    else { return (before, after) }
    let same = state(after: firstChanges, environment) == state(after: secondChanges, environment)
    return same ? (before, before) : (before, after)
  }

  /// Whether a member that the old build lacks is other than 0; of pointers, other than its address.
  func hasNewMember(otherThan0 input: PairInput) -> Bool {
    variables.indices.contains { index in
      variables[index].isNew && input.members[index] != (variables[index].isPointer ? address(index) : 0)
    }
  }

  /// The members and registers that differ from what they were.
  private func state(after changes: [EvaluatedChange], _ environment: PairEnvironment) -> [StateKey: UInt64] {
    var result: [StateKey: UInt64] = [:]
    var former: [StateKey: UInt64] = [:]
    for change in changes {
      let key = StateKey(change.target)
      let before = key.member.map { environment.value(of: $0) ?? 0 } ?? environment.register(key.register)
      former[key] = before
      switch change.target {
      case .register, .member: result[key] = change.value
      case .bits(_, let low, let width):
        let bits = Self.mask(width) << UInt64(low)
        result[key] = (result[key] ?? before) & ~bits | change.value << UInt64(low)
      }
    }
    return result.filter { former[$0.key] != $0.value }
  }
}

/// A member or a register whose state a meaning changes.
struct StateKey: Hashable {
  private let path: String
  private let width: Int
  let register: Int

  init(_ target: Meaning.Effect.Target) {
    path = target.member?.path ?? ""
    width = target.member?.width ?? 64
    register = target.register ?? -1
  }

  /// Nil for a register.
  var member: Expression.Member? { register < 0 ? Expression.Member(path: path, width: width) : nil }

  static func == (left: StateKey, right: StateKey) -> Bool { left.path == right.path && left.register == right.register }

  func hash(into hasher: inout Hasher) {
    hasher.combine(path)
    hasher.combine(register)
  }
}
