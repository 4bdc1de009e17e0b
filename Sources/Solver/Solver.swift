import CZ3

/// Decides statements about numbers of up to 64 bits: libz3, by its C API.
///
/// What z3 refuses (a term of the wrong width, too much memory) becomes a term without an AST, and a question with such a
/// term is `undecided`: an error neither ends the process nor becomes an answer.
public final class Solver {
  let z3: z3_functions
  let context: OpaquePointer
  let effort: Effort
  /// What went into answers so far, and how much of that into earlier decisions.
  fileprivate var work: UInt32 = 0
  private var earlierWork: UInt32 = 0

  /// How much may go into answers, in z3's own measure of work: so what is decided is the same on every machine.
  public struct Effort: Sendable {
    /// For one answer of the general solver.
    let quick: UInt32
    /// For one answer of the solver that is made for numbers of fixed width, 0 where it is not asked.
    let thorough: UInt32
    /// For all answers of one decision.
    let decision: UInt32

    /// A few milliseconds.
    public static let small = Effort(quick: 20_000, thorough: 0, decision: 100_000)
    /// An answer takes about a second at most.
    public static let full = Effort(quick: 100_000, thorough: 1_500_000, decision: 4_000_000)
  }

  /// For what z3 does not count as work.
  static let milliseconds: UInt32 = 10_000
  /// In megabytes.
  static let memoryLimit = "1024"

  /// Why there is no solver, nil when there is one. Loads the library.
  public static var whyMissing: String? { z3_functions() == nil ? "libz3 is not installed" : nil }

  /// Nil where libz3 is not installed.
  public init?(_ effort: Effort = .full) {
    guard let functions = z3_functions()?.pointee else { return nil }
    functions.global_param_set("memory_max_size", Self.memoryLimit)
    let configuration = functions.mk_config()
    let made = functions.mk_context(configuration)
    functions.del_config(configuration)
    guard let made else { return nil }
    z3 = functions
    context = made
    self.effort = effort
    // By default an error ends the process.
    z3.set_error_handler(context, nil)
  }

  deinit { z3.del_context(context) }

  /// An answer to a question.
  public enum Answer {
    /// The statements can hold together, as in the model.
    case possible(Model)
    case impossible
    /// Why there is no answer.
    case undecided(String)
  }

  /// From here on answers belong to another decision.
  public func startDecision() { earlierWork = work }

  fileprivate var hasEffortLeft: Bool { work - earlierWork < effort.decision }

  /// A question: statements that are to hold together.
  public func question() -> Question { Question(self) }
}

/// Statements that are to hold together. More can be added between two answers.
///
/// First z3's general solver is asked, which answers most questions in a millisecond. What it gives up on goes to the one that
/// is made for numbers of fixed width; the question then stays with that.
public final class Question {
  private let solver: Solver
  private var handle: OpaquePointer?
  private var statements: [OpaquePointer] = []
  private var isThorough = false
  private var isBroken = false

  fileprivate init(_ solver: Solver) {
    self.solver = solver
    handle = Self.hold(solver.z3.mk_simple_solver(solver.context), solver.effort.quick, solver)
  }

  deinit { release() }

  private func release() { if let handle { solver.z3.solver_dec_ref(solver.context, handle) } }

  private static func hold(
    _ handle: OpaquePointer?, _ limit: UInt32, _ solver: Solver
  ) -> OpaquePointer? {
    let (z3, context) = (solver.z3, solver.context)
    guard let handle else { return nil }
    // At once: z3 drops what nobody holds when the next object is made.
    z3.solver_inc_ref(context, handle)
    guard let parameters = z3.mk_params(context) else { return handle }
    z3.params_inc_ref(context, parameters)
    defer { z3.params_dec_ref(context, parameters) }
    z3.params_set_uint(context, parameters, z3.mk_string_symbol(context, "timeout"), Solver.milliseconds)
    z3.params_set_uint(context, parameters, z3.mk_string_symbol(context, "rlimit"), limit)
    // Ctrl-C is for the program.
    z3.params_set_bool(context, parameters, z3.mk_string_symbol(context, "ctrl_c"), false)
    z3.solver_set_params(context, handle, parameters)
    return handle
  }

  public func require(_ statement: Proposition) {
    guard let handle, let ast = statement.ast else {
      isBroken = true
      return
    }
    statements.append(ast)
    solver.z3.solver_assert(solver.context, handle, ast)
    if solver.z3.get_error_code(solver.context) != Z3_OK { isBroken = true }
  }

  /// Whether what is required can hold, together with statements of this answer alone.
  ///
  /// - Parameter supposing: variables that are statements.
  public func answer(supposing: [Proposition] = []) -> Solver.Answer {
    let asts = supposing.map(\.ast)
    guard handle != nil, !isBroken, !asts.contains(nil) else { return .undecided("the question can't be asked") }
    let answer = check(asts)
    guard case .undecided = answer, !isThorough, solver.effort.thorough > 0 else { return answer }
    becomeThorough()
    return check(asts)
  }

  private func becomeThorough() {
    isThorough = true
    let (z3, context) = (solver.z3, solver.context)
    release()
    handle = Self.hold(
      z3.mk_solver_for_logic(context, z3.mk_string_symbol(context, "QF_BV")), solver.effort.thorough, solver)
    guard let handle else { return }
    for statement in statements { z3.solver_assert(context, handle, statement) }
  }

  private func check(_ supposed: [OpaquePointer?]) -> Solver.Answer {
    let (z3, context) = (solver.z3, solver.context)
    guard let handle else { return .undecided("the solver can't be started") }
    guard solver.hasEffortLeft else { return .undecided(Self.gaveUp) }
    let result = z3.solver_check_assumptions(context, handle, UInt32(supposed.count), supposed)
    solver.work = max(solver.work, Self.work(of: handle, solver))
    let error = z3.get_error_code(context)
    if error != Z3_OK {
      return .undecided(z3.get_error_msg(context, error).map { String(cString: $0) } ?? "an error of the solver")
    }
    switch result {
    case Z3_L_FALSE: return .impossible
    case Z3_L_TRUE:
      guard let model = z3.solver_get_model(context, handle) else { return .undecided("the solver has no model") }
      return .possible(Model(solver, model))
    default: return .undecided(Self.gaveUp)
    }
  }

  private static let gaveUp = "the solver gave up at its limit of work"

  /// What z3 counts as work, since the `Solver` is there.
  private static func work(of handle: OpaquePointer, _ solver: Solver) -> UInt32 {
    let (z3, context) = (solver.z3, solver.context)
    guard let statistics = z3.solver_get_statistics(context, handle) else { return 0 }
    z3.stats_inc_ref(context, statistics)
    defer { z3.stats_dec_ref(context, statistics) }
    for index in 0..<z3.stats_size(context, statistics) where z3.stats_is_uint(context, statistics, index) {
      guard let key = z3.stats_get_key(context, statistics, index), String(cString: key) == "rlimit count" else { continue }
      return z3.stats_get_uint_value(context, statistics, index)
    }
    return 0
  }
}

/// Values for which the statements of a question hold.
public final class Model {
  private let solver: Solver
  private let handle: OpaquePointer

  fileprivate init(_ solver: Solver, _ handle: OpaquePointer) {
    self.solver = solver
    self.handle = handle
    solver.z3.model_inc_ref(solver.context, handle)
  }

  deinit { solver.z3.model_dec_ref(solver.context, handle) }

  /// The number's value; nil only for a term that could not be made.
  public func value(of term: BitVector) -> UInt64? {
    guard let ast = term.ast, let number = evaluated(ast) else { return nil }
    var value: UInt64 = 0
    return solver.z3.get_numeral_uint64(solver.context, number, &value) ? value : nil
  }

  public func holds(_ statement: Proposition) -> Bool? {
    guard let ast = statement.ast, let truth = evaluated(ast) else { return nil }
    switch solver.z3.get_bool_value(solver.context, truth) {
    case Z3_L_TRUE: return true
    case Z3_L_FALSE: return false
    default: return nil
    }
  }

  private func evaluated(_ ast: OpaquePointer) -> OpaquePointer? {
    var result: OpaquePointer?
    // What the statements do not hang on is completed: 0, or false.
    return solver.z3.model_eval(solver.context, handle, ast, true, &result) ? result : nil
  }
}
