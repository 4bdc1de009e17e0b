import ByteReading
import ContextABI

/// A meaning with its members found, ready to be evaluated in many memories.
public struct MeaningEvaluation {
  private let tree: Tree

  private indirect enum Tree {
    case outcome(Value?, [Effect])
    case branch(Test, Tree, Tree)
  }

  private indirect enum Value {
    case constant(UInt64)
    case member(MemberPlace)
    case context
    case stored
    case register(Int)
    case bits(Value, low: Int, width: Int)
    case joined([(value: Value, shift: Int, width: Int)])
    case signExtended(Value, from: Int)
    case operation(Expression.Operator, Value, Value)
  }

  private enum Test {
    case isNonzero(Value)
    case equal(Value, Value)
    case less(Value, Value)
    case signedLess(Value, Value)
  }

  private enum Effect {
    case memory(MemberPlace, low: Int, width: Int, Value)
    case register(Int, Value)
  }

  /// What has happened in one memory.
  public struct Result: Equatable {
    public var value: UInt64?
    /// Bytes by address that have another value than before.
    public var changes: [UInt64: UInt8] = [:]
    public var registers: [Int: UInt64] = [:]
  }

  /// - Throws: `PathError` for a member that can't be found by its names, or that has another width.
  public init(_ meaning: Meaning, _ paths: MemberPaths) throws {
    tree = try Self.compile(meaning.tree, paths)
  }

  private static func compile(_ tree: Meaning.Tree, _ paths: MemberPaths) throws -> Tree {
    switch tree {
    case .outcome(let outcome):
      return .outcome(
        try outcome.result.map { try compile($0, paths) },
        try outcome.effects.map { try compile($0, paths) })
    case .branch(let condition, let then, let otherwise):
      return .branch(
        try compile(condition, paths), try compile(then, paths), try compile(otherwise, paths))
    }
  }

  private static func compile(_ condition: Meaning.Condition, _ paths: MemberPaths) throws -> Test {
    switch condition {
    case .isNonzero(let value): .isNonzero(try compile(value, paths))
    case .equal(let a, let b): .equal(try compile(a, paths), try compile(b, paths))
    case .less(let a, let b): .less(try compile(a, paths), try compile(b, paths))
    case .signedLess(let a, let b): .signedLess(try compile(a, paths), try compile(b, paths))
    }
  }

  private static func compile(_ effect: Meaning.Effect, _ paths: MemberPaths) throws -> Effect {
    let value = try compile(effect.value, paths)
    switch effect.target {
    case .register(let number): return .register(number, value)
    case .member(let member):
      let place = try find(member, paths)
      return .memory(place, low: 0, width: place.width, value)
    case .bits(let member, let low, let width):
      return .memory(try find(member, paths), low: low, width: width, value)
    }
  }

  private static func find(_ member: Expression.Member, _ paths: MemberPaths) throws -> MemberPlace {
    let place = try paths.place(of: member.path)
    guard place.width == member.width else {
      throw PathError(path: member.path, problem: "is \(place.width) bits wide, not \(member.width)")
    }
    return place
  }

  private static func compile(_ expression: Expression, _ paths: MemberPaths) throws -> Value {
    switch expression {
    case .constant(let value): .constant(value)
    case .member(let member) where paths.isContext(member.path): .context
    case .member(let member): .member(try find(member, paths))
    case .value: .stored
    case .register(let number): .register(number)
    case .bits(let inner, let low, let width):
      .bits(try compile(inner, paths), low: low, width: width)
    case .joined(let parts):
      .joined(try parts.map { (try compile($0.expression, paths), $0.shift, $0.width) })
    case .signExtended(let inner, let from): .signExtended(try compile(inner, paths), from: from)
    case .operation(let operation, let left, let right):
      .operation(operation, try compile(left, paths), try compile(right, paths))
    }
  }

  // MARK: - Evaluation

  /// Where a meaning is evaluated.
  public struct Situation {
    let memory: SyntheticMemory
    let context: UInt64
    /// The registers before the access.
    let registers: [UInt64]
    /// What a store stores.
    let stored: UInt64

    public init(memory: SyntheticMemory, context: UInt64, registers: [UInt64], stored: UInt64) {
      self.memory = memory
      self.context = context
      self.registers = registers
      self.stored = stored
    }
  }

  /// What happens in a situation; nil for a fault.
  public func evaluate(_ situation: Situation) -> Result? {
    var tree = tree
    while case .branch(let test, let then, let otherwise) = tree {
      guard let holds = Self.holds(test, situation) else { return nil }
      tree = holds ? then : otherwise
    }
    guard case .outcome(let value, let effects) = tree else { return nil }
    var result = Result()
    if let value {
      guard let number = Self.number(value, situation) else { return nil }
      result.value = number
    }
    for effect in effects {
      guard Self.apply(effect, situation, &result) else { return nil }
    }
    return result
  }

  private static func holds(_ test: Test, _ situation: Situation) -> Bool? {
    func both(_ a: Value, _ b: Value) -> (UInt64, UInt64)? {
      guard let left = number(a, situation), let right = number(b, situation) else { return nil }
      return (left, right)
    }
    switch test {
    case .isNonzero(let value): return number(value, situation).map { $0 != 0 }
    case .equal(let a, let b): return both(a, b).map { $0 == $1 }
    case .less(let a, let b): return both(a, b).map { $0 < $1 }
    case .signedLess(let a, let b):
      return both(a, b).map { Int64(bitPattern: $0) < Int64(bitPattern: $1) }
    }
  }

  private static func mask(_ width: Int) -> UInt64 { width >= 64 ? .max : 1 << UInt64(width) - 1 }

  private static func number(_ value: Value, _ situation: Situation) -> UInt64? {
    switch value {
    case .constant(let constant): return constant
    case .member(let place): return situation.memory.value(at: place, context: situation.context)
    case .context: return situation.context
    case .stored: return situation.stored
    case .register(let number): return situation.registers[number]
    case .bits(let inner, let low, let width):
      return number(inner, situation).map { $0 >> UInt64(low) & mask(width) }
    case .joined(let parts):
      var result: UInt64 = 0
      for part in parts {
        guard let bits = number(part.value, situation) else { return nil }
        result |= (bits & mask(part.width)) << UInt64(part.shift)
      }
      return result
    case .signExtended(let inner, let from):
      return number(inner, situation).map {
        let top = UInt64(64 - from)
        return UInt64(bitPattern: Int64(bitPattern: $0 << top) >> Int64(top))
      }
    case .operation(let operation, let a, let b):
      guard let left = number(a, situation), let right = number(b, situation) else { return nil }
      return compute(operation, left, right)
    }
  }

  private static func compute(_ operation: Expression.Operator, _ a: UInt64, _ b: UInt64) -> UInt64 {
    switch operation {
    case .add: a &+ b
    case .subtract: a &- b
    case .multiply: a &* b
    case .divide: b == 0 ? 0 : a / b
    case .remainder: b == 0 ? a : a % b
    case .and: a & b
    case .or: a | b
    case .xor: a ^ b
    case .shiftLeft: a << (b & 63)
    case .shiftRight: a >> (b & 63)
    }
  }

  private static func apply(
    _ effect: Effect, _ situation: Situation, _ result: inout Result
  ) -> Bool {
    switch effect {
    case .register(let register, let value):
      guard let number = number(value, situation) else { return false }
      result.registers[register] = number
    case .memory(let place, let low, let width, let value):
      let memory = situation.memory
      guard let number = number(value, situation),
        let start = memory.address(place.address, context: situation.context)
      else { return false }
      // Bit by bit, from the least significant one of the value up.
      for bit in 0..<width {
        let position =
          memory.order == .little
          ? place.bitOffset + low + bit : place.bitOffset + place.width - 1 - low - bit
        let address = start &+ UInt64(bitPattern: Int64(position >> 3))
        guard let before = memory.read(address, 1) else { return false }
        let shift = UInt8(memory.order == .little ? position & 7 : 7 - position & 7)
        let old = result.changes[address] ?? UInt8(truncatingIfNeeded: before)
        let new = UInt8(truncatingIfNeeded: number >> UInt64(bit) & 1)
        result.changes[address] = old & ~(1 << shift) | new << shift
      }
    }
    return true
  }
}
