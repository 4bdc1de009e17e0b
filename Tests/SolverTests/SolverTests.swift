import Solver
import Testing

@Suite struct SolverTests {
  private let solver: Solver

  init() throws { solver = try #require(Solver(), "\(Solver.whyMissing ?? "")") }

  private func constant(_ value: UInt64) -> BitVector { solver.constant(value, width: 64) }

  @Test func findsTheOneValue() throws {
    let x = solver.variable("x", width: 64)
    let question = solver.question()
    question.require(solver.equal(solver.compute(.xor, x, constant(0x1234_5678_9abc_def0)), constant(7)))
    guard case .possible(let model) = question.answer() else {
      Issue.record("there is a value")
      return
    }
    #expect(model.value(of: x) == 0x1234_5678_9abc_def7)
    question.require(solver.not(solver.equal(x, constant(0x1234_5678_9abc_def7))))
    guard case .impossible = question.answer() else {
      Issue.record("there is one value alone")
      return
    }
  }

  @Test func supposesForOneAnswer() {
    let (name, x) = (solver.proposition("supposed"), solver.variable("x", width: 8))
    let question = solver.question()
    question.require(solver.equal(x, solver.constant(3, width: 8)))
    question.require(solver.any([solver.not(name), solver.equal(x, solver.constant(4, width: 8))]))
    guard case .impossible = question.answer(supposing: [name]) else {
      Issue.record("3 is not 4")
      return
    }
    guard case .possible = question.answer() else {
      Issue.record("what was supposed is over")
      return
    }
  }

  /// libz3's own handler of errors would end the process.
  @Test func aTermThatCannotBeIsNoAnswer() {
    let question = solver.question()
    question.require(solver.equal(solver.variable("x", width: 8), solver.variable("y", width: 16)))
    guard case .undecided = question.answer() else {
      Issue.record("widths differ")
      return
    }
    #expect(solver.variable("z", width: 65).width == 65)
    let broken = solver.question()
    broken.require(solver.equal(solver.variable("z", width: 65), solver.variable("z", width: 65)))
    broken.require(solver.equal(solver.bits(constant(0), low: 60, width: 8), solver.constant(0, width: 8)))
    guard case .undecided = broken.answer() else {
      Issue.record("no number has 65 bits")
      return
    }
  }

  /// Nothing is known of products of quotients but what trying tells.
  @Test func givesUpInTime() {
    let (x, y) = (solver.variable("x", width: 64), solver.variable("y", width: 64))
    let product = solver.compute(.multiply, x, y)
    let left = solver.compute(.remainder, product, solver.compute(.add, x, y))
    let right = solver.compute(.divide, solver.compute(.multiply, y, y), solver.compute(.xor, product, x))
    let question = solver.question()
    question.require(solver.equal(solver.compute(.xor, left, right), solver.compute(.multiply, left, product)))
    question.require(solver.less(constant(1 << 40), solver.compute(.and, left, right)))
    let duration = ContinuousClock().measure {
      guard case .undecided(let reason) = question.answer() else {
        Issue.record("this takes longer than the limit")
        return
      }
      #expect(reason == "the solver gave up at its limit of work")
    }
    #expect(duration < .seconds(20))
  }
}
