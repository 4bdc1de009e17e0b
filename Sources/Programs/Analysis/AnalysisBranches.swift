import BPF

extension Analysis {
  /// A jump with a condition: one way where it is known, else the taken one waits.
  mutating func branch(_ instruction: Instruction, _ number: Int, _ state: inout State) -> Int? {
    let (next, target) = (number + 1, number + 1 + instruction.jumpDistance)
    if instruction.isMayGoto {
      waiting.append((target, state))
      return next
    }
    let left = state[instruction.destination]
    let right = instruction.hasSourceRegister ? state[instruction.source] : instruction.operand
    if case .constant(let a) = left, case .constant(let b) = right, let isTaken = Scalar.compares(instruction.code, a, b) {
      return isTaken ? target : next
    }
    if case .answer(let relocation, let steps) = left, case .constant(let operand) = right, let asked = relocations[relocation] {
      return branch(asked, steps, operand, instruction, &state, next: next, target: target)
    }
    if left == .untold || right == .untold {
      let (isTaken, isNot) = (
        State.Doubt(instruction: number, isTaken: true), State.Doubt(instruction: number, isTaken: false)
      )
      var taken = state
      if !taken.doubts.contains(isTaken) { taken.doubts.append(isTaken) }
      if !state.doubts.contains(isNot) { state.doubts.append(isNot) }
      waiting.append((target, taken))
      return next
    }
    if case .narrow(let bits) = left, case .constant(let number) = right,
      bits <= (instruction.instructionClass == .jump ? 63 : 32),
      let isTaken = instruction.isTaken(byAllOf: bits, comparedWith: number)
    {
      return isTaken ? target : next
    }
    var taken = state
    // A comparison of the lower halves tells of a number only where it has no upper half.
    guard let equality = instruction.equality,
      instruction.instructionClass == .jump || left.bits.map({ $0 <= 32 }) ?? false
    else {
      waiting.append((target, taken))
      return next
    }
    let isOpen =
      equality
      ? Self.narrow(&taken, &state, instruction, left, right) : Self.narrow(&state, &taken, instruction, left, right)
    if !isOpen { return equality ? next : target }
    waiting.append((target, taken))
    return next
  }

  /// Makes the most of an equality, in the state where it holds and in that where it does not; false where it can't hold.
  private static func narrow(
    _ equal: inout State, _ different: inout State, _ instruction: Instruction, _ left: Value, _ right: Value
  ) -> Bool {
    switch (left, right) {
    case (.pointer(let pointer), .constant(0)):
      guard pointer.mayBeNull else { return pointer.base == .context }
      equal.replace(pointer) { _ in .constant(0) }
      different.replace(pointer) { found in
        var found = found
        found.mayBeNull = false
        return .pointer(found)
      }
    case (.unknown, .constant), (.narrow, .constant): equal[instruction.destination] = right
    case (.constant, .unknown), (.constant, .narrow):
      if instruction.instructionClass == .jump { equal[instruction.source] = left }
    default: break
    }
    return true
  }

  /// A branch that hangs on the build: both ways, each with what must hold for it.
  private mutating func branch(
    _ relocation: CoreRelocation, _ steps: [ScalarStep], _ operand: UInt64, _ instruction: Instruction,
    _ state: inout State, next: Int, target: Int
  ) -> Int? {
    func condition(_ isTaken: Bool) -> Guard {
      Guard(relocation: relocation, steps: steps, jump: instruction.code, operand: operand, isTaken: isTaken)
    }
    if state.guards.contains(condition(true)) { return target }
    if state.guards.contains(condition(false)) { return next }
    var taken = state
    taken.guards.append(condition(true))
    waiting.append((target, taken))
    state.guards.append(condition(false))
    return next
  }
}

extension Instruction {
  /// Whether a jump is taken for every number of `bits` bits, or for none; nil where it depends on the number.
  fileprivate func isTaken(byAllOf bits: Int, comparedWith number: UInt64) -> Bool? {
    let largest = UInt64.max >> UInt64(64 - bits)
    switch Jump(rawValue: operation) {
    case .notEqual, .less: return number > largest ? true : nil
    case .equal, .greaterOrEqual: return number > largest ? false : nil
    case .lessOrEqual: return number >= largest ? true : nil
    case .greater: return number >= largest ? false : nil
    default: return nil
    }
  }

  /// Whether a jump is taken where both sides are equal (true) or where they are not (false); nil for any other condition.
  fileprivate var equality: Bool? {
    switch Jump(rawValue: operation) {
    case .equal: true
    case .notEqual: false
    default: nil
    }
  }
}
