import ContextABI
import Solver
import Testing

@testable import Comparison

/// What the solver is told a meaning does is what evaluation says it does.
@Suite struct EncodingTests {
  /// Fixes all inputs in the solver and compares what the meaning then does.
  private func check(_ meaning: Meaning, _ input: (MeaningPair) -> PairInput, sourceLocation: SourceLocation = #_sourceLocation)
    throws
  {
    let solver = try #require(Solver())
    let pair = MeaningPair(meaning, meaning, in: TinyWorld.world, widths: [:])
    let input = pair.consistent(input(pair))
    let members = pair.variables.map { variable in
      solver.zeroExtended(solver.variable(variable.name, width: variable.width), to: 64)
    }
    let encoder = MeaningEncoder(solver, pair, members: members)
    let targets = meaning.tree.outcomes.flatMap { $0.effects.map(\.target) }
    var keys: [StateKey] = []
    for key in targets.map(StateKey.init) where !keys.contains(key) { keys.append(key) }
    let encoded = encoder.encode(meaning, keys)
    let question = solver.question()
    func fix(_ term: BitVector, _ value: UInt64) {
      question.require(solver.equal(term, solver.constant(value, width: 64)))
    }
    for (term, value) in zip(encoder.members, input.members) { fix(term, value) }
    fix(encoder.value, input.value)
    for (number, term) in encoder.registers { fix(term, input.register(number)) }
    guard case .possible(let model) = question.answer() else {
      Issue.record("no model for \(meaning) with \(input)", sourceLocation: sourceLocation)
      return
    }
    let outcome = meaning.evaluate(in: pair.environment(input))
    #expect(model.holds(encoded.faults) == (outcome == .fault), "\(meaning), \(input)", sourceLocation: sourceLocation)
    guard case .done(let result, let changes) = outcome else { return }
    #expect(model.holds(encoded.isRead) == (result != nil), "\(meaning)", sourceLocation: sourceLocation)
    if let result {
      #expect(model.value(of: encoded.result) == result, "\(meaning), \(input)", sourceLocation: sourceLocation)
    }
    // Bit by bit what members and registers are afterwards.
    var state: [StateKey: UInt64] = [:]
    for key in keys {
      state[key] = key.member.map { input.members[pair.indices[$0.path] ?? 0] } ?? input.register(key.register)
    }
    for change in changes {
      let key = StateKey(change.target)
      var low = 0
      if case .bits(_, let start, _) = change.target { low = start }
      for bit in 0..<change.target.width {
        let place = UInt64(low + bit)
        state[key] = (state[key] ?? 0) & ~(1 << place) | (change.value >> UInt64(bit) & 1) << place
      }
    }
    for key in keys {
      #expect(
        encoded.state[key].flatMap { model.value(of: $0) } == state[key], "\(meaning), \(input)",
        sourceLocation: sourceLocation)
    }
  }

  private func randomInput(_ random: inout SplitMix) -> (MeaningPair) -> PairInput {
    var own = random
    random = SplitMix(seed: random.next())
    return { pair in
      var input = PairInput(members: [], value: own.next() >> (own.next() % 64))
      for (index, variable) in pair.variables.enumerated() {
        let value = own.next() >> (own.next() % 64) & pair.mask(index)
        input.members.append(own.next() % 8 == 0 ? 0 : variable.isPointer ? max(1, value) : value)
      }
      for number in pair.registers { input.registers[number] = own.next() }
      return input
    }
  }

  @Test func randomMeanings() throws {
    var meanings = RandomMeanings(seed: 11)
    for index in 0..<600 {
      let meaning = Meaning(meanings.tree(isRead: index % 2 == 0))
      try check(meaning, randomInput(&meanings.random))
    }
  }

  /// Each by hand, with inputs at the edges.
  @Test(
    arguments: [
      "ctx->wide / ctx->other", "ctx->wide % ctx->other", "ctx->wide << ctx->byte", "ctx->wide >> ctx->byte",
      "ctx->wide << ctx->other", "ctx->wide >> ctx->other", "(s8)ctx->byte", "(s16)ctx->half", "(s32)ctx->word",
      "sign_extend(ctx->flag, 1)", "ctx->wide s< ctx->other ? 1 : 2", "ctx->wide < ctx->other ? 1 : 2",
      "ctx->wide - ctx->other", "ctx->wide * ctx->other", "ctx->pair - ctx->upper", "ctx->upper ? ctx->pair : 5",
      "ctx->dev->index", "ctx->dev->net->id", "ctx->dev ? ctx->dev->index : 0", "bits(ctx->word, 8, 16) = value",
      "bits(ctx->wide, 60, 4) = ctx->byte", "ctx->dev->index = value", "bits(ctx->dev->index, 31, 1) = value",
      "ctx->word = value", "r2 = r3", "if (ctx->flag) ctx->byte = value else r3 = ctx->wide",
    ])
  func edges(_ text: String) throws {
    let meaning = try TinyWorld.meaning(text)
    let edges: [UInt64] = [0, 1, 63, 64, 65, 127, 128, 255, 256, 0x7fff_ffff, 0x8000_0000, 1 << 63, (1 << 63) - 1, .max]
    for (index, first) in edges.enumerated() {
      for second in edges.dropFirst(index % 2) {
        try check(meaning) { pair in
          PairInput(
            members: pair.variables.indices.map { ($0 % 2 == 0 ? first : second) & pair.mask($0) }, value: second,
            registers: [2: first, 3: second])
        }
      }
    }
  }
}
