import BPF

extension Analysis {
  /// An arithmetic instruction.
  func compute(_ instruction: Instruction, _ number: Int, _ state: inout State) {
    let right: Value
    if relocations[number] != nil {
      right = .answer(relocation: number, steps: [])
    } else if program.foreign.contains(number) {
      right = .untold
    } else {
      right = instruction.hasSourceRegister ? state[instruction.source] : instruction.operand
    }
    let left = state[instruction.destination]
    if instruction.operation == Arithmetic.move.rawValue {
      state[instruction.destination] = moved(right, instruction)
    } else if instruction.hasSourceRegister, instruction.destination == instruction.source,
      [.xor, .subtract].contains(Arithmetic(rawValue: instruction.operation))
    {
      state[instruction.destination] = .constant(0)
    } else {
      state[instruction.destination] = result(instruction, left, right)
    }
  }

  private func moved(_ value: Value, _ instruction: Instruction) -> Value {
    if instruction.instructionClass == .alu64, instruction.offset == 0 || !instruction.hasSourceRegister { return value }
    switch value {
    case .constant(let number): return Scalar.compute(instruction, 0, number).map(Value.constant) ?? .unknown
    case .answer(let relocation, let steps): return stepped(relocation, steps, instruction, 0)
    case .untold: return .untold
    case .narrow(let bits) where instruction.offset == 0: return .number(bits: min(bits, 32))
    default: return instruction.instructionClass == .alu32 ? .number(bits: 32) : .unknown
    }
  }

  private func result(_ instruction: Instruction, _ left: Value, _ right: Value) -> Value {
    let operation = Arithmetic(rawValue: instruction.operation)
    switch (left, right) {
    case (.constant(let a), .constant(let b)): return Scalar.compute(instruction, a, b).map(Value.constant) ?? .unknown
    case (.answer(let relocation, let steps), .constant(let operand)): return stepped(relocation, steps, instruction, operand)
    case (.constant(let operand), .answer(let relocation, let steps)):
      guard let operation, [.add, .multiply, .and, .or, .xor].contains(operation) else { return .unknown }
      return stepped(relocation, steps, instruction, operand)
    case (.unknown, .constant(0)), (.narrow, .constant(0)):
      if operation == .and || operation == .multiply { return .constant(0) }
    default: break
    }
    if (left == .untold && !right.matters) || (right == .untold && !left.matters) { return .untold }
    // Neither side sets a bit that the other one clears.
    if operation == .and, let bits = [left.bits, right.bits].compactMap({ $0 }).min() { return .number(bits: bits) }
    if operation == .or || operation == .xor, let a = left.bits, let b = right.bits { return .number(bits: max(a, b)) }
    if operation == .shiftRight, let bits = left.bits, case .constant(let count) = right, count < bits {
      return .number(bits: bits - Int(count))
    }
    if instruction.instructionClass == .alu32 { return .number(bits: 32) }
    guard let operation, operation == .add || operation == .subtract else {
      return .unknown
    }
    if let sum = left.moved(by: right, forward: operation == .add) { return sum }
    return operation == .add ? right.moved(by: left, forward: true) ?? .unknown : .unknown
  }

  /// How many steps from a relocation's answer to a comparison are followed.
  private static let longestComputation = 8

  private func stepped(_ relocation: Int, _ steps: [ScalarStep], _ instruction: Instruction, _ operand: UInt64) -> Value {
    guard steps.count < Self.longestComputation else { return .unknown }
    // A move has nothing on its left: its operand is the answer, which stands on the left of all steps.
    if instruction.operation == Arithmetic.move.rawValue {
      switch (instruction.instructionClass, instruction.offset) {
      case (.alu32, 0):
        let truncation = ScalarStep(code: 0x57, offset: 0, operand: 0xffff_ffff)
        return .answer(relocation: relocation, steps: steps + [truncation])
      default: return .unknown
      }
    }
    let step = ScalarStep(code: instruction.code, offset: instruction.offset, operand: operand)
    return .answer(relocation: relocation, steps: steps + [step])
  }
}

extension Instruction {
  /// The immediate of an arithmetic or jump instruction, as it is computed with.
  var operand: Value {
    let wide = UInt64(bitPattern: Int64(immediate))
    return .constant(instructionClass == .alu32 || instructionClass == .jump32 ? wide & 0xffff_ffff : wide)
  }
}

extension Value {
  /// A pointer with something added to it; nil where this is none that is followed.
  fileprivate func moved(by distance: Value, forward: Bool) -> Value? {
    var amount: Int?
    var relocation: Int?
    switch distance {
    case .constant(let number): amount = Int(Int64(bitPattern: number))
    case .answer(let answered, let steps) where steps.isEmpty && forward: relocation = answered
    default: break
    }
    func sum(_ offset: Int) -> Int? {
      guard let amount, (-(1 << 29)...(1 << 29)).contains(amount) else { return nil }
      let sum = forward ? offset + amount : offset - amount
      return (-(1 << 30)...(1 << 30)).contains(sum) ? sum : nil
    }
    switch self {
    case .pointer(var pointer):
      if let relocation, pointer.relocation == nil, pointer.offset != nil {
        pointer.relocation = relocation
      } else {
        pointer.offset = pointer.offset.flatMap(sum)
        if pointer.offset == nil { pointer = pointer.somewhere }
      }
      return .pointer(pointer)
    case .stack(let frame, let offset): return .stack(frame: frame, offset: offset.flatMap(sum))
    case .constants(let section, let offset): return sum(offset).map { .constants(section: section, offset: $0) } ?? .unknown
    default: return nil
    }
  }
}
