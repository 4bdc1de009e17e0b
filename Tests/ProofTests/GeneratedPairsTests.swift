import ContextABI
import Testing

@testable import Comparison

/// Pairs of which it is known how they relate, from how they were made.
@Suite struct GeneratedPairsTests {
  private static let pairs = 250

  @Test func rewrittenIsEqual() throws {
    var meanings = RandomMeanings(seed: 8)
    meanings.withDivision = false
    meanings.depth = 2
    for index in 0..<Self.pairs {
      let tree = meanings.tree(isRead: index % 2 == 0)
      var rewriting = Rewriting(meanings: meanings)
      let (old, new) = (Meaning(tree), Meaning(rewriting.rewrite(tree)))
      meanings = rewriting.meanings
      let relation = WitnessSearch(old, new, in: TinyWorld.world).relation()
      guard case .equal(let certainty) = relation else {
        Issue.record("\(index): \(old)\nand \(new)\nare equal, not \(relation)")
        continue
      }
      #expect(certainty.isProof, "\(index): \(old)\nand \(new): \(certainty.text)")
    }
  }

  @Test func oneInputAmongManyIsFound() throws {
    var meanings = RandomMeanings(seed: 9)
    meanings.withDivision = false
    meanings.depth = 2
    let wide = Expression.member(.init(path: "ctx->wide", width: 64))
    for index in 0..<Self.pairs {
      // A tree that always faults differs nowhere: pointers stay out of the tests.
      let tree = meanings.tree(isRead: index % 2 == 0)
      let value = meanings.random.next()
      let (subject, name) = index % 3 == 0 ? (Expression.value, "value") : (wide, "ctx->wide")
      var rewriting = Rewriting(meanings: meanings)
      let changed = rewriting.differentAt(value, of: subject, tree)
      let (old, new) = (Meaning(tree), Meaning(changed))
      meanings = rewriting.meanings
      guard case .different(let witness) = WitnessSearch(old, new, in: TinyWorld.world).relation() else {
        Issue.record("\(index): \(old)\nand \(new)\ndiffer for \(name) = \(value)")
        continue
      }
      #expect(witness.values.contains { $0.name == name && $0.value == value }, "\(index): \(witness.text), not \(value)")
      // The second environment says the same, with what the witness does not name as usual.
      let environment = TinyWorld.Environment(witness, MeaningPair(old, new, in: TinyWorld.world, widths: [:]))
      #expect(old.evaluate(in: environment) == witness.before, "\(index): \(old), \(witness.text)")
      #expect(new.evaluate(in: environment) == witness.after, "\(index): \(new), \(witness.text)")
      #expect(witness.before != witness.after)
    }
  }
}
