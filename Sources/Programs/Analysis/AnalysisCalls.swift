import BPF

extension Analysis {
  /// A call: of a subprogram, which is followed; of a helper or a function of the kernel, whose result counts.
  mutating func call(_ instruction: Instruction, _ number: Int, _ state: inout State) -> Int? {
    if case .function(let start)? = program.references[number] { return call(subprogram: start, number, &state) }
    let arguments = (UInt8(1)...5).map { state[$0] }
    for value in arguments {
      if case .function(let start) = value { callback(start, instruction, number, state) }
    }
    forgetWritten(by: arguments, &state)
    let isHelper = instruction.isHelperCall && program.references[number] == nil
    if isHelper { record(call: instruction.immediate, number, state) }
    state.clobber(
      result: isHelper
        ? ContextPointers.result(ofHelper: instruction.immediate, map: arguments[0], origin: number) : .unknown)
    return number + 1
  }

  private mutating func record(call helper: Int32, _ number: Int, _ state: State) {
    var call = calls[helper] ?? FoundCall(instruction: number, guards: [], isCertain: false)
    call.join(number, state.guards, isCertain: state.doubts.isEmpty)
    calls[helper] = call
  }

  private mutating func call(subprogram start: Int, _ number: Int, _ state: inout State) -> Int? {
    let arguments = (UInt8(1)...5).map { state[$0] }
    if let function = program.functions[start], function.isGlobal {
      verify(global: start, function)
      forgetWritten(by: arguments, &state)
      state.clobber()
      return number + 1
    }
    guard state.frames.count < Self.frameLimit else {
      note("calls are more than \(Self.frameLimit) deep at instruction \(number)")
      return nil
    }
    state.frames.append(Frame(number: state.frames.count, arguments: arguments, returnsTo: number + 1))
    return start
  }

  /// A function that a helper calls. It may not be called at all: the caller goes on as well.
  private mutating func callback(_ start: Int, _ instruction: Instruction, _ number: Int, _ state: State) {
    guard instruction.isHelperCall, let passed = ContextPointers.callbackArgument(ofHelper: instruction.immediate) else {
      // A timer's, or one that a function of the kernel takes: it gets nothing of the caller's.
      enter(start, arguments: [])
      return
    }
    guard state.frames.count < Self.frameLimit else {
      note("calls are more than \(Self.frameLimit) deep at instruction \(number)")
      return
    }
    var arguments = [Value](repeating: .unknown, count: 5)
    arguments[passed.argument - 1] = state[passed.register]
    var called = state
    called.clobber()
    called.frames.append(
      Frame(number: state.frames.count, arguments: arguments, returnsTo: number + 1, isCallback: true))
    waiting.append((start, called))
  }

  /// The end of a function: the caller goes on; nil where there is none.
  func exit(_ state: inout State) -> Int? {
    guard state.frames.count > 1, let frame = state.frames.popLast() else { return nil }
    var result = frame.isCallback ? .unknown : frame.registers[0]
    // Its stack is gone.
    if case .stack(let owner, _) = result, owner >= state.frames.count { result = .unknown }
    state.clobber(result: result)
    return frame.returnsTo
  }

  /// What a helper gets a pointer to, it may write to.
  private func forgetWritten(by arguments: [Value], _ state: inout State) {
    for case .stack(let frame, let offset) in arguments where state.frames.indices.contains(frame) {
      state.frames[frame].forgetNumbers(from: offset)
    }
  }
}
