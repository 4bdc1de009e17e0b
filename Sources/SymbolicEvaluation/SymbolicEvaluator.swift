import BPF
import ByteReading
import ContextABI

/// A conversion that can't be evaluated.
public enum SymbolicError: Error, Sendable, Hashable, CustomStringConvertible {
  /// This instruction (an index, and its text) is none that conversions are known to use.
  case unsupported(index: Int, instruction: String)
  /// There are more ways through it than are followed.
  case tooManyPaths

  public var description: String {
    switch self {
    case .unsupported(let index, let instruction):
      "instruction \(index) of the conversion, \"\(instruction)\", is not understood"
    case .tooManyPaths: "the conversion has more ways through it than are followed"
    }
  }
}

/// Follows every way through a conversion, over bits of memory: no types, no names.
final class SymbolicEvaluator {
  typealias Value = SymbolicValue

  let byteOrder: ByteOrder
  /// The pointer to each object.
  private(set) var objects: [Value] = []
  private var objectNumbers: [Value: Value.ObjectID] = [:]
  private(set) var operations: [Operation] = []
  private var operationNumbers: [Operation: Value.OperationID] = [:]
  /// What the base register holds in the conversion under way.
  private var contextPointer = Value.whole(.context)

  struct Operation: Hashable {
    let operation: Expression.Operator
    let left: Value
    let right: Value
  }

  /// How many instructions are followed in all, over all the ways. The longest conversion known takes about 100.
  private static let stepLimit = 4096

  /// Programs see the registers r0 to r10 (`MAX_BPF_REG`, include/uapi/linux/bpf.h). Those above are the verifier's own
  /// (`BPF_REG_AX`: r11, in newer kernels r12), and may hold anything afterwards.
  private static let programRegisters = 11

  init(_ byteOrder: ByteOrder) { self.byteOrder = byteOrder }

  /// Evaluates `code`, which replaces an access.
  ///
  /// - Parameter base: the register that holds the context.
  /// - Parameter value: the register that is read into or stored from; nil for a store of an immediate.
  /// - Parameter stored: a constant in place of the value of the register that is stored.
  func evaluate(
    _ code: [Instruction], isWrite: Bool, base: UInt8, value: UInt8?, stored: UInt64? = nil
  ) throws(SymbolicError) -> SymbolicTree {
    var registers = (0..<16).map { Value.whole(.register(UInt8($0))) }
    registers[Int(base)] = .whole(.context)
    if isWrite, let value { registers[Int(value)] = stored.map(Value.constant) ?? .whole(.value) }
    contextPointer = registers[Int(base)]
    var run = Run(
      code: code, isWrite: isWrite, destination: isWrite ? nil : value, initial: registers)
    return try follow(
      &run, State(counter: 0, registers: registers, memory: SymbolicMemory(byteOrder)), facts: [:])
  }

  /// The object that `pointer` leads to, and how many bytes into it.
  private func object(behind pointer: Value) -> (Value.ObjectID, offset: Int) {
    var base = pointer
    var offset = 0
    if let operation = wholeOperation(pointer), operation.operation == .add,
      let constant = operation.right.constant, let small = Int32(exactly: Int64(bitPattern: constant))
    {
      base = operation.left
      offset = Int(small)
    }
    // When the context pointer itself is stored, it is the value, and leads to the context all the same.
    if base == contextPointer { base = .whole(.context) }
    if let known = objectNumbers[base] { return (known, offset) }
    let number = Value.ObjectID(number: objects.count)
    objects.append(base)
    objectNumbers[base] = number
    return (number, offset)
  }

  /// The operation that all 64 bits of `value` are.
  func wholeOperation(_ value: Value) -> Operation? {
    guard value.slices.count == 1, case .operation(let number) = value.slices[0].origin,
      value.slices[0].low == 0
    else { return nil }
    return operations[number.number]
  }

  // MARK: - Following the instructions

  private struct Run {
    let code: [Instruction]
    let isWrite: Bool
    let destination: UInt8?
    let initial: [Value]
    var steps = 0
  }

  private struct State {
    var counter: Int
    var registers: [Value]
    var memory: SymbolicMemory
  }

  private func follow(
    _ run: inout Run, _ start: State, facts: [SymbolicCondition: Bool]
  ) throws(SymbolicError) -> SymbolicTree {
    var state = start
    while run.code.indices.contains(state.counter) {
      run.steps += 1
      guard run.steps < Self.stepLimit else { throw .tooManyPaths }
      let instruction = run.code[state.counter]
      switch instruction.instructionClass {
      case .alu32, .alu64: try arithmetic(instruction, &state)
      case .loadRegister: try load(instruction, &state)
      case .store, .storeRegister: try store(instruction, &state)
      case .load:
        guard instruction.code == 0x18, instruction.source == 0,
          state.counter + 1 < run.code.count
        else { throw unsupported(instruction, state) }
        let upper = UInt64(UInt32(bitPattern: run.code[state.counter + 1].immediate))
        state.registers[Int(instruction.destination)] = .constant(
          upper << 32 | UInt64(UInt32(bitPattern: instruction.immediate)))
        state.counter += 1
      case .jump, .jump32:
        switch try decide(instruction, state, facts) {
        case .jump(let isTaken):
          if isTaken { state.counter += Int(instruction.offset) }
        case .open(let condition, let takenWhen):
          return try fork(&run, state, instruction, condition, takenWhen, facts)
        }
      }
      state.counter += 1
    }
    guard state.counter == run.code.count else {
      throw .unsupported(index: run.code.count - 1, instruction: "a jump out of it")
    }
    return .outcome(outcome(of: state, run))
  }

  private func fork(
    _ run: inout Run, _ state: State, _ instruction: Instruction, _ condition: SymbolicCondition,
    _ takenWhen: Bool, _ facts: [SymbolicCondition: Bool]
  ) throws(SymbolicError) -> SymbolicTree {
    var results: [SymbolicTree] = []
    for holds in [true, false] {
      var next = state
      var known = facts
      known[condition] = holds
      // Where a value is known to be a constant, it is that constant.
      if holds, case .equal(let value, let other) = condition, let constant = other.constant {
        next.registers = next.registers.map { $0 == value ? .constant(constant) : $0 }
      }
      next.counter += 1 + (holds == takenWhen ? Int(instruction.offset) : 0)
      results.append(try follow(&run, next, facts: known))
    }
    return results[0] == results[1]
      ? results[0] : .branch(condition, then: results[0], otherwise: results[1])
  }

  private func outcome(of state: State, _ run: Run) -> SymbolicOutcome {
    var changed: [UInt8: Value] = [:]
    for number in 0..<Self.programRegisters
    where UInt8(number) != run.destination && state.registers[number] != run.initial[number] {
      changed[UInt8(number)] = state.registers[number]
    }
    return SymbolicOutcome(
      result: run.destination.map { state.registers[Int($0)] }, stores: state.memory.changes,
      registers: changed)
  }

  private func unsupported(_ instruction: Instruction, _ state: State) -> SymbolicError {
    .unsupported(index: state.counter, instruction: Disassembly.text(of: instruction))
  }

  // MARK: - Memory

  private func load(_ instruction: Instruction, _ state: inout State) throws(SymbolicError) {
    let (object, start) = object(behind: state.registers[Int(instruction.source)])
    let address = SymbolicMemory.Address(object: object, offset: start + Int(instruction.offset))
    let size = instruction.accessSize
    let value = state.memory.load(address, size: size)
    let destination = instruction.destination
    switch instruction.mode {
    case AccessMode.memory: state.registers[Int(destination)] = value
    case AccessMode.memorySignExtended:
      state.registers[Int(destination)] = value.signExtended(from: size * 8)
    default: throw unsupported(instruction, state)
    }
    if size == 8, value == .whole(.register(destination)) { state.memory.noteRestored(address) }
  }

  private func store(_ instruction: Instruction, _ state: inout State) throws(SymbolicError) {
    guard instruction.mode == AccessMode.memory else { throw unsupported(instruction, state) }
    let (object, start) = object(behind: state.registers[Int(instruction.destination)])
    let value: Value =
      instruction.instructionClass == .store
      ? .constant(UInt64(bitPattern: Int64(instruction.immediate)))
      : state.registers[Int(instruction.source)]
    state.memory.store(
      value, SymbolicMemory.Address(object: object, offset: start + Int(instruction.offset)),
      size: instruction.accessSize)
  }

  // MARK: - Arithmetic

  private func arithmetic(_ instruction: Instruction, _ state: inout State) throws(SymbolicError) {
    let isWide = instruction.instructionClass == .alu64
    let width = isWide ? 64 : 32
    let destination = Int(instruction.destination)
    guard let operation = Arithmetic(rawValue: instruction.operation) else {
      throw unsupported(instruction, state)
    }
    let left = state.registers[destination].truncated(width)
    let right: Value =
      instruction.hasSourceRegister
      ? state.registers[Int(instruction.source)].truncated(width)
      : Value.constant(UInt64(bitPattern: Int64(instruction.immediate))).truncated(width)
    let result: Value
    switch operation {
    case .move:
      switch instruction.offset {
      case 0: result = right
      case 8, 16, 32: result = right.signExtended(from: Int(instruction.offset))
      default: throw unsupported(instruction, state)
      }
    case .add: result = add(left, right)
    case .subtract:
      result = right.constant.map { add(left, .constant(0 &- $0)) } ?? compute(.subtract, left, right)
    case .negate: result = compute(.subtract, .constant(0), left)
    case .and, .or, .xor: result = bitwise(operation, left, right)
    case .shiftLeft, .shiftRight, .arithmeticShiftRight:
      guard let shifted = shift(operation, left, right, width) else {
        throw unsupported(instruction, state)
      }
      result = shifted
    case .multiply: result = compute(.multiply, left, right)
    case .divide, .modulo:
      guard instruction.offset == 0 else { throw unsupported(instruction, state) }
      result = compute(operation == .divide ? .divide : .remainder, left, right)
    case .byteSwap:
      guard let swapped = byteSwap(instruction, left, isWide) else {
        throw unsupported(instruction, state)
      }
      state.registers[destination] = swapped
      return
    }
    state.registers[destination] = result.truncated(width)
  }

  private func add(_ left: Value, _ right: Value) -> Value {
    if right.constant == 0 { return left }
    if left.constant == 0 { return right }
    if let constant = right.constant, let inner = wholeOperation(left), inner.operation == .add,
      let before = inner.right.constant
    {
      return add(inner.left, .constant(before &+ constant))
    }
    return left.constant != nil && right.constant == nil
      ? compute(.add, right, left) : compute(.add, left, right)
  }

  private func compute(_ operation: Expression.Operator, _ left: Value, _ right: Value) -> Value {
    if let a = left.constant, let b = right.constant,
      case .constant(let result) = Expression.compute(operation, .constant(a), .constant(b))
    {
      return .constant(result)
    }
    let key = Operation(operation: operation, left: left, right: right)
    if let known = operationNumbers[key] { return .whole(.operation(known)) }
    let number = Value.OperationID(number: operations.count)
    operations.append(key)
    operationNumbers[key] = number
    return .whole(.operation(number))
  }

  /// Bits that a constant decides, or leaves as they are, stay bits; the others become an operation.
  private func bitwise(_ operation: Arithmetic, _ left: Value, _ right: Value) -> Value {
    let kind: Expression.Operator = operation == .and ? .and : operation == .or ? .or : .xor
    var slices: [Value.Slice] = []
    var whole: Value?
    var position = 0
    for (a, b) in left.aligned(with: right) {
      if let known = Self.combine(kind, a, b) {
        slices += known
      } else {
        let result = whole ?? compute(kind, left, right)
        whole = result
        slices += result.bits(position, a.width)
      }
      position += a.width
    }
    return Value(slices)
  }

  /// The combination of two slices of one width, where it is slices again.
  private static func combine(
    _ operation: Expression.Operator, _ a: Value.Slice, _ b: Value.Slice
  ) -> [Value.Slice]? {
    let mask: UInt64
    let other: Value.Slice
    switch (a.origin, b.origin) {
    case (.constant(let x), .constant(let y)):
      guard
        case .constant(let result) = Expression.compute(operation, .constant(x), .constant(y))
      else { return nil }
      return [Value.Slice(origin: .constant(result), low: 0, width: a.width)]
    case (_, .constant(let value)): (mask, other) = (value, a)
    case (.constant(let value), _): (mask, other) = (value, b)
    default: return a == b && operation != .xor ? [a] : nil
    }
    // Bit by bit: the mask's bit keeps the other's, or decides.
    var result: [Value.Slice] = []
    for bit in 0..<other.width {
      let isSet = mask >> UInt64(bit) & 1 == 1
      switch (operation, isSet) {
      case (.and, true), (.or, false), (.xor, false):
        result.append(Value.part(of: other, bit, 1))
      case (.and, false): result.append(Value.Slice(origin: .constant(0), low: 0, width: 1))
      case (.or, true): result.append(Value.Slice(origin: .constant(1), low: 0, width: 1))
      default: return nil
      }
    }
    return result
  }

  private func shift(
    _ operation: Arithmetic, _ left: Value, _ right: Value, _ width: Int
  ) -> Value? {
    guard let constant = right.constant else {
      guard operation != .arithmeticShiftRight else { return nil }
      let amount = bitwise(.and, right, .constant(UInt64(width - 1)))
      return compute(operation == .shiftLeft ? .shiftLeft : .shiftRight, left, amount)
    }
    let amount = Int(constant & UInt64(width - 1))
    switch operation {
    case .shiftLeft: return left.shiftedLeft(amount)
    case .shiftRight: return left.shiftedRight(amount)
    default:
      let shifted = left.signExtended(from: width).shiftedRight(amount)
      return shifted.signExtended(from: 64 - amount)
    }
  }

  /// `BPF_END`: of a wide class always swaps, else when the wanted order is not the machine's.
  private func byteSwap(_ instruction: Instruction, _ value: Value, _ isWide: Bool) -> Value? {
    let width = Int(instruction.immediate)
    guard [16, 32, 64].contains(width) else { return nil }
    let isSwapped = isWide || (instruction.hasSourceRegister ? .big : .little) != byteOrder
    return isSwapped ? value.byteSwapped(width) : value.truncated(width)
  }

  // MARK: - Jumps

  private enum Decision {
    case jump(Bool)
    /// The jump is taken when the condition's truth is `takenWhen`.
    case open(SymbolicCondition, takenWhen: Bool)
  }

  private func decide(
    _ instruction: Instruction, _ state: State, _ facts: [SymbolicCondition: Bool]
  ) throws(SymbolicError) -> Decision {
    let width = instruction.instructionClass == .jump ? 64 : 32
    guard let operation = Jump(rawValue: instruction.operation), instruction.offset >= 0 else {
      throw unsupported(instruction, state)
    }
    if operation == .always {
      guard instruction.instructionClass == .jump else { throw unsupported(instruction, state) }
      return .jump(true)
    }
    let left = state.registers[Int(instruction.destination)].truncated(width)
    let right: Value =
      instruction.hasSourceRegister
      ? state.registers[Int(instruction.source)].truncated(width)
      : Value.constant(UInt64(bitPattern: Int64(instruction.immediate))).truncated(width)
    guard let (condition, takenWhen) = Self.condition(operation, left, right, width, bitwise) else {
      throw unsupported(instruction, state)
    }
    let known = Self.truth(of: condition) ?? facts[condition]
    return known.map { .jump($0 == takenWhen) } ?? .open(condition, takenWhen: takenWhen)
  }

  /// The condition behind a jump, and whether the jump is taken when it holds or when it does not.
  private static func condition(
    _ operation: Jump, _ left: Value, _ right: Value, _ width: Int,
    _ bitwise: (Arithmetic, Value, Value) -> Value
  ) -> (SymbolicCondition, Bool)? {
    let signedLeft = width == 32 ? left.signExtended(from: 32) : left
    let signedRight = width == 32 ? right.signExtended(from: 32) : right
    switch operation {
    case .equal: return (.equal(left, right), true)
    case .notEqual: return (.equal(left, right), false)
    case .anyBitSet: return (.equal(bitwise(.and, left, right), .constant(0)), false)
    case .less: return (.less(left, right), true)
    case .greaterOrEqual: return (.less(left, right), false)
    case .greater: return (.less(right, left), true)
    case .lessOrEqual: return (.less(right, left), false)
    case .signedLess: return (.signedLess(signedLeft, signedRight), true)
    case .signedGreaterOrEqual: return (.signedLess(signedLeft, signedRight), false)
    case .signedGreater: return (.signedLess(signedRight, signedLeft), true)
    case .signedLessOrEqual: return (.signedLess(signedRight, signedLeft), false)
    case .always, .call, .exit: return nil
    }
  }

  /// The truth of a condition that does not depend on memory.
  private static func truth(of condition: SymbolicCondition) -> Bool? {
    switch condition {
    case .equal(let a, let b):
      if a == b { return true }
      if let x = a.constant, let y = b.constant { return x == y }
      // Bits that are known on both sides and differ decide it.
      for (left, right) in a.aligned(with: b) {
        if case .constant(let x) = left.origin, case .constant(let y) = right.origin, x != y {
          return false
        }
      }
      return nil
    case .less(let a, let b):
      if b.constant == 0 || a == b { return false }
      if let x = a.constant, let y = b.constant { return x < y }
      return nil
    case .signedLess(let a, let b):
      if a == b { return false }
      if let x = a.constant, let y = b.constant {
        return Int64(bitPattern: x) < Int64(bitPattern: y)
      }
      return nil
    }
  }
}
