import Testing

@testable import Comparison

/// Whether what differs can be laid to members that the old build lacks: `ctx->locked`, `ctx->added`, `ctx->link`.
@Suite struct NewMembersTests {
  @Test(
    arguments: [
      // A new flag in the place of an old one may be set wherever that was.
      ("ctx->flag ? ctx->word : 0", "ctx->locked ? ctx->word : 0"),
      ("if (ctx->flag) ctx->word = value", "if (ctx->locked) ctx->word = value"),
      // A new guard may always be open.
      ("ctx->word", "ctx->locked ? ctx->word : 0"),
      // A condition that is none of the members by itself.
      ("ctx->half == 5 ? ctx->word : 0", "ctx->locked ? ctx->word : 0"),
      // A value from a new member may be the old value.
      ("ctx->wide", "ctx->added"),
      ("ctx->wide + ctx->other", "ctx->added"),
      ("ctx->word", "ctx->link ? ctx->link->index : 0"),
      ("ctx->flag ? ctx->wide : ctx->other", "ctx->locked ? ctx->added : ctx->other"),
      // What differs where the old one faults does not count.
      ("ctx->dev->index", "ctx->dev ? ctx->dev->index : 0"),
      ("ctx->wide + 1", "(1 + ctx->wide) + (0 * ctx->added)"),
    ])
  func explained(_ old: String, _ new: String) throws {
    let search = try TinyWorld.search(old, new)
    #expect(search.differsWhateverNewMembersAre() == false, "\(search.newMembersVerdict())")
  }

  @Test(
    arguments: [
      ("ctx->wide", "ctx->locked ? ctx->other : ctx->half"),
      ("ctx->word", "ctx->half"),
      // A new guard that is open still gives something else.
      ("ctx->word", "ctx->locked ? ctx->word + 1 : 0"),
      ("ctx->word = value", "if (ctx->locked) ctx->half = value"),
      ("ctx->wide", "ctx->added & 0xff"),
      ("ctx->wide", "ctx->link ? ctx->link->index : 0"),
      // One of 2^64, whatever the flag is.
      ("ctx->wide", "ctx->wide * 3 == 0x123456789abcdef3 ? (ctx->locked ? 1 : 2) : ctx->wide"),
    ])
  func differs(_ old: String, _ new: String) throws {
    let search = try TinyWorld.search(old, new)
    guard case .differs(let witness) = search.newMembersVerdict() else {
      Issue.record("\(search.newMembersVerdict())")
      return
    }
    #expect(witness.before != witness.after)
    #expect(search.differsWhateverNewMembersAre() == true)
    #expect(!witness.values.contains { search.newMembers.contains($0.name) })
    // Evaluation says the same for the edges of the new members.
    let (before, after) = (try TinyWorld.meaning(old), try TinyWorld.meaning(new))
    for locked: UInt64 in [0, 1] {
      for added: UInt64 in [0, 1, 0xff, .max] {
        for link: UInt64 in [0, 0xffff_8000_0000_0000] {
          var environment = TinyWorld.Environment(
            witness, MeaningPair(before, after, in: TinyWorld.world, widths: [:]))
          environment.members["ctx->locked"] = locked
          environment.members["ctx->added"] = added
          environment.members["ctx->link"] = link
          environment.members["ctx->link->index"] = added & 0xffff_ffff
          #expect(before.evaluate(in: environment) != after.evaluate(in: environment), "\(witness.text)")
        }
      }
    }
  }
}
