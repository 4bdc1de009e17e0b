import BPF
import ByteReading

/// Finds the accesses of a program by following its registers and stack slots on every way through it, as the verifier does
/// (`do_check`, kernel/bpf/verifier.c), with only as much of their values as accesses to contexts hang on.
struct Analysis {
  /// As many instructions as the verifier looks at (`BPF_COMPLEXITY_LIMIT_INSNS`).
  static let stepLimit = 1_000_000
  /// Ways that wait to be followed.
  private static let waitingLimit = 1 << 16
  /// States that are kept apart before one instruction; more become one.
  private static let stateLimit = 32
  /// `MAX_CALL_FRAMES` (include/linux/bpf_verifier.h)
  static let frameLimit = 8

  let program: CompiledProgram
  let flow: ControlFlow
  let relocations: [Int: CoreRelocation]

  /// The uses that were found, with what they hang on.
  var found: [Use: [[Guard]]] = [:]
  /// The helpers that are called, by number.
  var calls: [Int32: FoundCall] = [:]
  /// What stands in the way of telling all uses.
  private(set) var problems: [String] = []
  var waiting: [(number: Int, state: State)] = []
  private var entered: Set<Int> = []
  private var steps = 0
  private var seen: [Int: [[Int]: Seen]] = [:]

  /// The states that led to an instruction by the same calls.
  private struct Seen {
    var states: [State] = []
    /// All of them in one, once there are too many.
    var joined: State?
  }

  init(_ program: CompiledProgram) {
    self.program = program
    relocations = program.relocations
    flow = ControlFlow(program)
  }

  /// The uses and the calls of the program, by instruction.
  static func uses(of program: CompiledProgram) -> (uses: [Use], calls: [HelperCall], problems: [String]) {
    var analysis = Analysis(program)
    if let problem = analysis.flow.problem { return ([], [], [problem]) }
    analysis.run()
    let uses = analysis.found.map { use, guards in
      var use = use
      use.guards = guards
      return use
    }
    let calls = analysis.calls.map { helper, call in
      HelperCall(
        helper: helper, instruction: call.instruction, line: program.lines[call.instruction], guards: call.guards,
        isCertain: call.isCertain)
    }
    return (
      uses.sorted(by: Use.inOrder), calls.sorted { ($0.instruction, $0.helper) < ($1.instruction, $1.helper) },
      analysis.problems
    )
  }

  private mutating func run() {
    let context = Value.pointer(ConvertedPointer(base: .context))
    waiting.append((0, State(frames: [Frame(number: 0, arguments: [context])])))
    while let (number, state) = waiting.popLast() {
      follow(number, state)
      if steps >= Self.stepLimit || waiting.count > Self.waitingLimit {
        note("the program has too many ways through it to follow all of them")
        return
      }
    }
  }

  /// Says once what stands in the way.
  mutating func note(_ problem: String) {
    if !problems.contains(problem) { problems.append(problem) }
  }

  /// Follows one way from an instruction on to its end, and leaves those that branch off to be followed later.
  private mutating func follow(_ start: Int, _ startState: State) {
    var number = start
    var state = startState
    while program.instructions.indices.contains(number) {
      steps += 1
      if steps >= Self.stepLimit { return }
      if flow.isMeeting[number] {
        state.forget(except: flow.live[number])
        guard let next = meet(number, state) else { return }
        state = next
      }
      guard let next = step(number, &state) else { return }
      number = next
    }
  }

  /// What to go on with where several ways meet; nil where nothing new came.
  private mutating func meet(_ number: Int, _ state: State) -> State? {
    var known = seen[number]?[state.calls] ?? Seen()
    defer { seen[number, default: [:]][state.calls] = known }
    if let joined = known.joined {
      if joined.covers(state) { return nil }
      let wider = joined.joined(state)
      known.joined = wider
      return wider
    }
    if known.states.contains(where: { $0.covers(state) }) { return nil }
    var state = state
    for other in known.states { state.settle(with: other) }
    known.states.append(state)
    guard known.states.count > Self.stateLimit else { return state }
    let wider = known.states.dropFirst().reduce(known.states[0]) { $0.joined($1) }
    known = Seen(joined: wider)
    return wider
  }

  /// Goes on behind one instruction: the number of the next, or nil where the way ends.
  private mutating func step(_ number: Int, _ state: inout State) -> Int? {
    let instruction = program.instructions[number]
    switch instruction.instructionClass {
    case .load: return load(instruction, number, &state)
    case .loadRegister, .store, .storeRegister: access(instruction, number, &state)
    case .alu32, .alu64: compute(instruction, number, &state)
    case .jump, .jump32:
      if instruction.isCall { return call(instruction, number, &state) }
      if instruction.isExit { return exit(&state) }
      if instruction.isGoto { return number + 1 + instruction.jumpDistance }
      return branch(instruction, number, &state)
    }
    return number + 1
  }

  /// A global function is looked at once, with what its prototype says of its arguments (`btf_prepare_func_args`,
  /// kernel/bpf/btf.c).
  mutating func verify(global start: Int, _ function: CompiledProgram.Function) {
    let context = program.kind?.context
    let arguments = function.arguments.map { name -> Value in
      guard let name, name == context else { return .unknown }
      return .pointer(ConvertedPointer(base: .context))
    }
    enter(start, arguments: arguments)
  }

  /// Follows a function from its start, once, apart from whoever calls it.
  mutating func enter(_ start: Int, arguments: [Value]) {
    guard entered.insert(start).inserted else { return }
    waiting.append((start, State(frames: [Frame(number: 0, arguments: arguments, returnsTo: -1)])))
  }
}
