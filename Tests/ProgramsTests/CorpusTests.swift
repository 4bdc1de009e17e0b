import Foundation
import Programs
import TestSupport
import Testing

/// A corpus stands for the objects that it was made of.
@Suite struct CorpusTests {
  @Test func whatIsWrittenIsRead() throws {
    let uses = try UsesOf(
      """
      struct __sk_buff { u32 len, pkt_type, mark; } CORE;
      struct __sk_buff___new { u32 netns_inum; u32 list[3]; } CORE;
      SEC("tc") int guarded(struct __sk_buff *skb) {
        struct __sk_buff___new *new = (void *)skb;
        if (field_exists(new->netns_inum)) return new->list[2];
        skb->mark = 3;
        return skb->len;
      }
      SEC("fentry/x") int none(void *ctx) { return 0; }
      SEC("mine") __attribute__((naked)) int variable(void *ctx) {
        asm volatile("r2 = *(u32 *)(r1 + 0); r1 += r2; r0 = *(u32 *)(r1 + 4); exit");
      }
      """)
    let corpus = Corpus(uses.programs)
    #expect(try Corpus(Data(corpus.text.utf8), path: "corpus.json") == corpus)
    #expect(uses["guarded"]?.uses.contains { $0.guards.contains { !$0.isEmpty } } == true)
  }

  @Test(
    arguments: [
      ("{}", "is no corpus: it has no \"schema\""), ("[1", "is no corpus"),
      ("{\"schema\": \"x\", \"version\": 1, \"programs\": []}", "its \"schema\" is not \"ctxabi-corpus\""),
      ("{\"schema\": \"ctxabi-corpus\", \"version\": 9, \"programs\": []}", "is a corpus of version 9"),
      (
        """
        {"schema": "ctxabi-corpus", "version": 1, "programs": [{"object": "o", "program": "p", "section": "tc", "uses": [
        {"at": 0, "base": "ctx", "kind": "read", "offset": 0, "size": 3, "registers": [1]}]}]}
        """, "o, p: the use at instruction 0 is none that a program can make"
      ),
      (
        """
        {"schema": "ctxabi-corpus", "version": 1, "programs": [{"object": "o", "program": "p", "section": "tc", "uses": [
        {"at": 0, "base": "ctx", "kind": "read", "offset": 0, "size": 4, "registers": [1], "relocation": 5}]}]}
        """, "names relocation 5, which is not there"
      ),
    ])
  func malformed(_ text: String, _ problem: String) {
    do {
      _ = try Corpus(Data(text.utf8), path: "corpus.json")
      Issue.record("it was read")
    } catch {
      #expect(error.description.hasPrefix("corpus.json: "))
      #expect(error.description.contains(problem), "\(error)")
    }
  }
}
