import CZ3

/// Decides statements about numbers of up to 64 bits: libz3, by its C API.
///
/// What z3 refuses (a term of the wrong width, too much memory) becomes a term without an AST, and a question with such a
/// term is `undecided`: an error neither ends the process nor becomes an answer.
public final class Solver {
  let z3: z3_functions
  let context: OpaquePointer

  /// How much may go into one answer: work in z3's own measure, the same on every machine, and time for what that does not
  /// count, which is a second for both together.
  struct Limits {
    let work: UInt32
    let milliseconds: UInt32
  }

  static let quickLimits = Limits(work: 100_000, milliseconds: 200)
  static let thoroughLimits = Limits(work: 1_500_000, milliseconds: 800)
  /// In megabytes.
  static let memoryLimit = "1024"

  /// Why there is no solver, nil when there is one. Loads the library.
  public static var whyMissing: String? { z3_functions() == nil ? "libz3 is not installed" : nil }

  /// Nil where libz3 is not installed.
  public init?() {
    guard let functions = z3_functions()?.pointee else { return nil }
    functions.global_param_set("memory_max_size", Self.memoryLimit)
    let configuration = functions.mk_config()
    let made = functions.mk_context(configuration)
    functions.del_config(configuration)
    guard let made else { return nil }
    z3 = functions
    context = made
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
    handle = Self.hold(solver.z3.mk_simple_solver(solver.context), Solver.quickLimits, solver)
  }

  deinit { release() }

  private func release() { if let handle { solver.z3.solver_dec_ref(solver.context, handle) } }

  private static func hold(
    _ handle: OpaquePointer?, _ limits: Solver.Limits, _ solver: Solver
  ) -> OpaquePointer? {
    let (z3, context) = (solver.z3, solver.context)
    guard let handle else { return nil }
    // At once: z3 drops what nobody holds when the next object is made.
    z3.solver_inc_ref(context, handle)
    guard let parameters = z3.mk_params(context) else { return handle }
    z3.params_inc_ref(context, parameters)
    defer { z3.params_dec_ref(context, parameters) }
    z3.params_set_uint(context, parameters, z3.mk_string_symbol(context, "timeout"), limits.milliseconds)
    z3.params_set_uint(context, parameters, z3.mk_string_symbol(context, "rlimit"), limits.work)
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
    guard case .undecided = answer, !isThorough else { return answer }
    becomeThorough()
    return check(asts)
  }

  private func becomeThorough() {
    isThorough = true
    let (z3, context) = (solver.z3, solver.context)
    release()
    handle = Self.hold(
      z3.mk_solver_for_logic(context, z3.mk_string_symbol(context, "QF_BV")), Solver.thoroughLimits, solver)
    guard let handle else { return }
    for statement in statements { z3.solver_assert(context, handle, statement) }
  }

  private func check(_ supposed: [OpaquePointer?]) -> Solver.Answer {
    let (z3, context) = (solver.z3, solver.context)
    guard let handle else { return .undecided("the solver can't be started") }
    let result = z3.solver_check_assumptions(context, handle, UInt32(supposed.count), supposed)
    let error = z3.get_error_code(context)
    if error != Z3_OK {
      return .undecided(z3.get_error_msg(context, error).map { String(cString: $0) } ?? "an error of the solver")
    }
    switch result {
    case Z3_L_FALSE: return .impossible
    case Z3_L_TRUE:
      guard let model = z3.solver_get_model(context, handle) else { return .undecided("the solver has no model") }
      return .possible(Model(solver, model))
    default: return .undecided("the solver gave up at its limit of work")
    }
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
