/// The values of kernel members, of the value to store and of registers, for which a meaning is evaluated.
public protocol MeaningEnvironment {
  /// The value of a member, no wider than the member; nil where reading it would be a fault: a pointer on the way to it is
  /// null.
  func value(of member: Expression.Member) -> UInt64?
  /// What a store stores.
  var value: UInt64 { get }
  /// What a register held before the access.
  func register(_ number: Int) -> UInt64
}

/// What a meaning does for given values.
public enum EvaluatedOutcome: Hashable, Sendable {
  /// The value that is read, and what changes.
  case done(result: UInt64?, changes: [EvaluatedChange])
  /// A null pointer is followed.
  case fault
}

/// A change with its value.
public struct EvaluatedChange: Hashable, Sendable {
  public let target: Meaning.Effect.Target
  public let value: UInt64
}

extension Expression {
  /// The value of the expression, nil for a fault.
  public func evaluate(in environment: some MeaningEnvironment) -> UInt64? {
    switch self {
    case .constant(let value): return value
    case .member(let member):
      return environment.value(of: member).map { $0 & Self.mask(member.width) }
    case .value: return environment.value
    case .register(let number): return environment.register(number)
    case .bits(let source, let low, let width):
      return source.evaluate(in: environment).map { $0 >> UInt64(low) & Self.mask(width) }
    case .joined(let parts):
      var result: UInt64 = 0
      for part in parts {
        guard let value = part.expression.evaluate(in: environment) else { return nil }
        result |= (value & Self.mask(part.width)) << UInt64(part.shift)
      }
      return result
    case .signExtended(let inner, let from):
      guard from < 64 else { return inner.evaluate(in: environment) }
      return inner.evaluate(in: environment).map { value in
        let shift = Int64(64 - from)
        return UInt64(bitPattern: (Int64(bitPattern: value) << shift) >> shift)
      }
    case .operation(let operation, let left, let right):
      guard let a = left.evaluate(in: environment), let b = right.evaluate(in: environment) else {
        return nil
      }
      return operation.apply(a, b)
    }
  }

  /// Calls `body` with every member in the expression.
  public func forEachMember(_ body: (Member) -> Void) {
    switch self {
    case .constant, .value, .register: return
    case .member(let member): body(member)
    case .bits(let source, _, _): source.forEachMember(body)
    case .joined(let parts): for part in parts { part.expression.forEachMember(body) }
    case .signExtended(let inner, _): inner.forEachMember(body)
    case .operation(_, let left, let right):
      left.forEachMember(body)
      right.forEachMember(body)
    }
  }

  /// Calls `body` with every constant in the expression.
  public func forEachConstant(_ body: (UInt64) -> Void) {
    switch self {
    case .constant(let value): body(value)
    case .member, .value, .register: return
    case .bits(let source, _, _): source.forEachConstant(body)
    case .joined(let parts): for part in parts { part.expression.forEachConstant(body) }
    case .signExtended(let inner, _): inner.forEachConstant(body)
    case .operation(_, let left, let right):
      left.forEachConstant(body)
      right.forEachConstant(body)
    }
  }
}

extension Meaning.Condition {
  /// The values that are compared.
  public var operands: [Expression] {
    switch self {
    case .isNonzero(let value): [value]
    case .equal(let a, let b), .less(let a, let b), .signedLess(let a, let b): [a, b]
    }
  }

  /// Whether the condition holds, nil for a fault.
  public func holds(in environment: some MeaningEnvironment) -> Bool? {
    let values = operands.map { $0.evaluate(in: environment) }
    guard let first = values[0], let second = values.last ?? nil else { return nil }
    switch self {
    case .isNonzero: return first != 0
    case .equal: return first == second
    case .less: return first < second
    case .signedLess: return Int64(bitPattern: first) < Int64(bitPattern: second)
    }
  }
}

extension Meaning {
  /// What the access does for the given values.
  public func evaluate(in environment: some MeaningEnvironment) -> EvaluatedOutcome {
    var current = tree
    while case .branch(let condition, let then, let otherwise) = current {
      guard let holds = condition.holds(in: environment) else { return .fault }
      current = holds ? then : otherwise
    }
    guard case .outcome(let outcome) = current else { return .fault }
    var result: UInt64?
    if let expression = outcome.result {
      guard let value = expression.evaluate(in: environment) else { return .fault }
      result = value
    }
    var changes: [EvaluatedChange] = []
    for effect in outcome.effects {
      guard let value = effect.value.evaluate(in: environment) else { return .fault }
      // To write through a null pointer is a fault as well.
      if let member = effect.target.member, environment.value(of: member) == nil { return .fault }
      changes.append(EvaluatedChange(target: effect.target, value: value))
    }
    return .done(result: result, changes: changes)
  }

  /// Calls `body` with every expression in the meaning.
  public func forEachExpression(_ body: (Expression) -> Void) { tree.forEachExpression(body) }

  /// The members that the meaning reads or writes.
  public var members: Set<Expression.Member> {
    var result: Set<Expression.Member> = []
    forEachExpression { $0.forEachMember { result.insert($0) } }
    for outcome in tree.outcomes {
      for effect in outcome.effects { if let member = effect.target.member { result.insert(member) } }
    }
    return result
  }

  /// The constants in the meaning.
  public var constants: Set<UInt64> {
    var result: Set<UInt64> = []
    forEachExpression { $0.forEachConstant { result.insert($0) } }
    return result
  }
}

extension Meaning.Tree {
  fileprivate func forEachExpression(_ body: (Expression) -> Void) {
    switch self {
    case .outcome(let outcome):
      if let result = outcome.result { body(result) }
      for effect in outcome.effects { body(effect.value) }
    case .branch(let condition, let then, let otherwise):
      condition.operands.forEach(body)
      then.forEachExpression(body)
      otherwise.forEachExpression(body)
    }
  }
}

extension Meaning.Effect.Target {
  /// The member that changes, nil for a register.
  public var member: Expression.Member? {
    switch self {
    case .member(let member), .bits(let member, _, _): member
    case .register: nil
    }
  }
}
