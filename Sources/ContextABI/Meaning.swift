/// What an access does: the value that a read gives, and what changes in the kernel.
public struct Meaning: Hashable, Sendable {
  public let tree: Tree

  public init(_ tree: Tree) { self.tree = tree }

  /// A decision: what happens, or a condition and what happens in both cases.
  public indirect enum Tree: Hashable, Sendable {
    case outcome(Outcome)
    case branch(Condition, then: Tree, otherwise: Tree)
  }

  /// What happens on one way through the conversion.
  public struct Outcome: Hashable, Sendable {
    /// What a read gives; nil for a store.
    public let result: Expression?
    /// What changes, in the order of the targets' texts.
    public let effects: [Effect]

    public init(result: Expression?, effects: [Effect]) {
      self.result = result
      self.effects = effects.sorted { $0.target.description < $1.target.description }
    }
  }

  /// One change: bits of a kernel member, or a register that should have been left alone, take a value.
  public struct Effect: Hashable, Sendable {
    public enum Target: Hashable, Sendable {
      /// All bits of a member.
      case member(Expression.Member)
      /// The `width` bits of a member from `low` on.
      case bits(of: Expression.Member, low: Int, width: Int)
      case register(Int)

      /// How many bits change.
      public var width: Int {
        switch self {
        case .member(let member): member.width
        case .bits(_, _, let width): width
        case .register: 64
        }
      }
    }

    public let target: Target
    /// The new value, no wider than the target.
    public let value: Expression

    public init(target: Target, value: Expression) {
      self.target = target
      self.value = .bits(value, low: 0, width: target.width)
    }
  }

  /// What a decision depends on.
  public enum Condition: Hashable, Sendable {
    case isNonzero(Expression)
    case equal(Expression, Expression)
    case less(Expression, Expression)
    /// Of two values with sign.
    case signedLess(Expression, Expression)
  }

  /// A decision between two trees, normalised: no decision where both are the same; what is tested is not shifted; an
  /// equality with 0 is a test against it, the branches swapped.
  public static func branch(_ condition: Condition, then: Tree, otherwise: Tree) -> Tree {
    if then == otherwise { return then }
    switch condition {
    case .isNonzero(let value):
      return .branch(.isNonzero(unshifted(value)), then: then, otherwise: otherwise)
    case .equal(let value, .constant(0)), .equal(.constant(0), let value):
      return .branch(.isNonzero(unshifted(value)), then: otherwise, otherwise: then)
    case .equal(.constant(let constant), let value), .equal(let value, .constant(let constant)):
      return .branch(equality(value, constant), then: then, otherwise: otherwise)
    case .equal(let left, let right) where right.description < left.description:
      return .branch(.equal(right, left), then: then, otherwise: otherwise)
    case .less(.constant(0), let value):
      return .branch(.isNonzero(unshifted(value)), then: then, otherwise: otherwise)
    case .less(let value, .constant(1)):
      return .branch(.isNonzero(unshifted(value)), then: otherwise, otherwise: then)
    default: return .branch(condition, then: then, otherwise: otherwise)
    }
  }

  /// The value without the zeroes below its one part.
  private static func unshifted(_ value: Expression) -> Expression {
    guard case .joined(let parts) = value, parts.count == 1 else { return value }
    return parts[0].expression
  }

  /// An equality with a constant other than 0. A single bit is 1 when it is not 0.
  private static func equality(_ value: Expression, _ constant: UInt64) -> Condition {
    if case .joined(let parts) = value, parts.count == 1 {
      let shift = UInt64(parts[0].shift)
      if constant & ((1 << shift) - 1) == 0 { return equality(parts[0].expression, constant >> shift) }
    }
    return value.width == 1 && constant == 1 ? .isNonzero(value) : .equal(value, .constant(constant))
  }

  /// A read's meaning without any condition.
  public static func read(_ expression: Expression) -> Meaning {
    Meaning(.outcome(Outcome(result: expression, effects: [])))
  }
}

extension Meaning.Tree {
  /// The same decisions with other results.
  public func mapResults(_ change: (Expression) -> Expression) -> Meaning.Tree {
    switch self {
    case .outcome(let outcome):
      .outcome(Meaning.Outcome(result: outcome.result.map(change), effects: outcome.effects))
    case .branch(let condition, let then, let otherwise):
      Meaning.branch(
        condition, then: then.mapResults(change), otherwise: otherwise.mapResults(change))
    }
  }

  /// Every outcome, from left to right.
  public var outcomes: [Meaning.Outcome] {
    switch self {
    case .outcome(let outcome): [outcome]
    case .branch(_, let then, let otherwise): then.outcomes + otherwise.outcomes
    }
  }
}
