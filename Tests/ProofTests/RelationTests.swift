import ContextABI
import Testing

@testable import Comparison

/// How meanings relate that were written by hand.
@Suite struct RelationTests {
  private func relation(_ old: String, _ new: String, _ assumptions: [Assumption] = []) throws -> MeaningRelation {
    try TinyWorld.search(old, new).relation(assuming: assumptions)
  }

  /// Those that differ: the witness's text.
  private func witness(_ old: String, _ new: String) throws -> String? {
    guard case .different(let witness) = try relation(old, new) else { return nil }
    return witness.text
  }

  @Test(
    arguments: [
      ("ctx->wide + ctx->other", "ctx->other - (0 - ctx->wide)"),
      // A union's members share their bits.
      ("ctx->upper", "(u8)(ctx->pair >> 8)"),
      ("ctx->dev->index = value", "ctx->dev->index = (u32)value"),
      // Two faults are equal, wherever they are.
      ("ctx->dev->net->id * 0", "ctx->dev->net->id ^ ctx->dev->net->id"),
      ("r2 = r2", "nothing"),
      ("bits(ctx->word, 0, 32) = value", "ctx->word = value"),
      ("ctx->word = ctx->word", "nothing"),
      // Equal pointers lead to the same memory.
      (
        "ctx->dev == ctx->peer ? ctx->dev->index - ctx->peer->index : 0",
        "ctx->dev == ctx->peer ? (ctx->dev->index + ctx->peer->index) * 0 : 0"
      ),
    ])
  func proved(_ old: String, _ new: String) throws {
    let found = try relation(old, new)
    #expect(found == .equal(.proved), "\(found)")
  }

  /// The same by arithmetic, which is more than the solver finds out: that is said.
  @Test func notProved() throws {
    let product = "ctx->word * ctx->pair % 65521"
    let found = try relation(product, "((ctx->word % 65521) * (ctx->pair % 65521)) % 65521")
    guard case .equal(.tried(let inputs, "the solver gave up at its limit of work")) = found else {
      Issue.record("\(found)")
      return
    }
    #expect(inputs > 2000)
  }

  @Test func fewBitsAreTriedInFull() throws {
    #expect(try relation("ctx->byte", "ctx->byte ^ 0xff ^ 0xff") == .equal(.exhaustive(inputs: 256)))
    #expect(
      try relation("ctx->dev ? ctx->dev->up : 0", "ctx->dev ? (ctx->dev->up ? 1 : 0) : 0") == .equal(.exhaustive(inputs: 4)))
  }

  /// More than whether it is null: not every address was tried.
  @Test func addressesAreNotTriedInFull() throws {
    let (old, new) = ("ctx->dev & 1 ? 8 : (ctx->dev ? ctx->dev->up : 7)", "ctx->dev ? ctx->dev->up : 7")
    guard case .different(let witness) = try relation(old, new) else {
      Issue.record("an odd pointer")
      return
    }
    #expect(witness.values.contains { $0.name == "ctx->dev" && $0.value & 1 == 1 })
  }

  @Test func onlyOnFaults() throws {
    guard case .differentOnFaults(let witness) = try relation("ctx->dev->index", "ctx->dev ? ctx->dev->index : 0") else {
      Issue.record("the null pointer")
      return
    }
    #expect(witness.text == "with ctx->dev is null: was a fault (null pointer), is 0")
    #expect(witness.notProved == nil)
    guard case .different(let other) = try relation("ctx->dev ? ctx->dev->index : 0", "ctx->dev->index") else {
      Issue.record("a new fault is a difference")
      return
    }
    #expect(other.before == .done(result: 0, changes: []))
    #expect(other.after == .fault)
  }

  // MARK: - What a witness names

  @Test(
    arguments: [
      (
        "ctx->flag ? ctx->word : 0", "ctx->locked ? ctx->word : 0",
        "with ctx->flag = 1, ctx->locked = 0, ctx->word = 1: was 1, is 0"
      ),
      (
        "if (ctx->flag) ctx->word = value", "if (ctx->locked) ctx->word = value",
        "with ctx->flag = 1, ctx->locked = 0, value = 1: was ctx->word = 1, is nothing"
      ),
      (
        "ctx->word", "ctx->locked ? ctx->word : 0",
        "with ctx->locked = 0, ctx->word = 1: was 1, is 0"
      ),
      // What both do with the value is no part of the difference.
      ("ctx->word = value", "ctx->word = value; r2 = 1", "always: was ctx->word = 0, is ctx->word = 0, r2 = 1"),
      (
        "ctx->word = value; ctx->byte = 0", "ctx->word = value",
        "with ctx->byte = 1: was ctx->byte = 0, ctx->word = 0, is ctx->word = 0"
      ),
      ("5", "6", "always: was 5, is 6"),
      // A pointer that is tested and behind which nothing is read.
      ("ctx->dev ? 1 : 0", "0", "with ctx->dev is not null: was 1, is 0"),
      ("ctx->dev ? ctx->dev->index : 3", "ctx->dev ? ctx->dev->index : 4", "with ctx->dev is null: was 3, is 4"),
      ("ctx->dev ? ctx->dev->index : 0", "0", "with ctx->dev->index = 1: was 1, is 0"),
    ])
  func namesWhatDecides(_ old: String, _ new: String, _ text: String) throws {
    let found = try witness(old, new)
    #expect(found == text, "\(found ?? "none")")
  }

  @Test func decisiveMembersCanBeAskedFor() throws {
    let search = try TinyWorld.search("ctx->flag ? ctx->word : 0", "ctx->locked ? ctx->word : 0")
    guard case .different(let witness) = search.relation() else {
      Issue.record("they differ")
      return
    }
    #expect(witness.decisive == ["ctx->flag", "ctx->locked", "ctx->word"])
    #expect(witness.decisive.filter { !TinyWorld.world.existedBefore($0) } == ["ctx->locked"])
    #expect(search.newMembers == ["ctx->locked"])
  }

  // MARK: - Assumptions

  @Test func assumptions() throws {
    let (old, new) = ("ctx->flag ? ctx->wide : 0", "ctx->locked ? ctx->wide + (0 * ctx->other) : 0")
    #expect(try relation(old, new, [.equal("ctx->locked", "ctx->flag")]) == .equal(.proved))
    #expect(try relation(old, new, [.zero("ctx->locked"), .zero("ctx->flag")]) == .equal(.proved))
    #expect(try relation(old, new, [.nonzero("ctx->locked"), .value("ctx->flag", 1)]) == .equal(.proved))
    guard case .different = try relation(old, new, [.nonzero("ctx->locked")]) else {
      Issue.record("flag may be 0")
      return
    }
    // One that neither uses decides nothing.
    guard case .different = try relation(old, new, [.zero("ctx->byte")]) else {
      Issue.record("byte is not used")
      return
    }
    // An input of the solver is as assumed.
    guard
      case .different(let witness) = try relation(
        "ctx->wide ^ ctx->other", "ctx->wide * 3 == 0x123456789abcdef3 ? 1 : ctx->wide ^ ctx->other",
        [.value("ctx->other", 77)])
    else {
      Issue.record("there is one input")
      return
    }
    #expect(witness.values.contains { $0.name == "ctx->other" && $0.value == 77 })
  }
}
