import ContextABI
import Digest
import Foundation
import KernelImage
import TestSupport
import Testing

@Suite struct SnapshotTests {
  private func snapshot(_ variants: [String] = ["NETNS_INUM", "REGISTER_NOT_RESTORED"]) throws -> Snapshot {
    var snapshot = try MiniKernel.snapshot(.s390x, variants)
    snapshot.provenance.release = "1.2 \"quoted\" \\ \u{1} ü"
    snapshot.provenance.configuration = ConfigurationRecord(digest: "00", options: ["CONFIG_A": "y"])
    snapshot.provenance.declarations = ["__sk_buff": "include/uapi/linux/bpf.h"]
    return snapshot
  }

  private func read(_ text: String) throws -> Snapshot {
    try Snapshot(json: Data(text.utf8), file: "f.json")
  }

  private func problem(_ text: String) -> String? {
    #expect(throws: SnapshotError.self) { _ = try read(text) }?.description
  }

  @Test(arguments: Architecture.allCases)
  func roundTrip(_ architecture: Architecture) throws {
    for variants in [[], ["NETNS_INUM"], ["SAME_REGISTER_BUG"], ["REGISTER_NOT_RESTORED"], ["CALLBACK_FAULTS"]] {
      let snapshot = try MiniKernel.snapshot(architecture, variants)
      let again = try Snapshot(json: Data(snapshot.json.utf8), file: "f")
      #expect(again == snapshot, "\(variants)")
      #expect(again.json == snapshot.json, "\(variants)")
    }
    let odd = try snapshot()
    #expect(try read(odd.json) == odd)
  }

  @Test func torn() throws {
    let text = try snapshot().json
    for part in [0, 1, 10, text.count / 2, text.count - 3] {
      let message = problem(String(text.prefix(part)))
      #expect(message?.hasPrefix("f.json: is cut off, or no JSON: ") == true, "\(part): \(message ?? "")")
    }
  }

  @Test func edited() throws {
    let text = try snapshot().json
    let message =
      "f.json: its content does not agree with its digest: it was edited, or torn. Make it again from the kernel"
    #expect(problem(text.replacingOccurrences(of: "skb->mark", with: "skb->hash")) == message)
    #expect(problem(text.replacingOccurrences(of: "\"sha256:", with: "\"sha256:0")) == message)
    // Where it comes from decides what it is compared with.
    #expect(problem(text.replacingOccurrences(of: "1.2 ", with: "1.3 ")) == message)
  }

  @Test func foreign() {
    #expect(problem("{}") == "f.json: is no snapshot (its \"schema\" is not \"ctxabi-snapshot\")")
    #expect(problem("{\"schema\": \"other\", \"version\": 1}")?.contains("is no snapshot") == true)
    #expect(problem("[]")?.contains("is cut off, or no JSON") == true)
  }

  @Test func newer() throws {
    let text = try snapshot().json.replacingOccurrences(of: "\"version\": 2", with: "\"version\": 3")
    #expect(
      problem(text)
        == "f.json: is a snapshot of format version 3; this ctxabi reads version 2. Use a newer ctxabi, or make the snapshot again"
    )
  }

  @Test func older() throws {
    let text = try snapshot().json.replacingOccurrences(of: "\"version\": 2", with: "\"version\": 1")
    #expect(
      problem(text)
        == "f.json: is a snapshot of format version 1; this ctxabi reads version 2. Make it again from the kernel")
  }

  /// A name for a set of programs that the file does not have.
  @Test func groupsThatAreNone() throws {
    let text = try snapshot().json
    let group = try #require(text.firstMatch(of: /"programs": "([0-9a-f]{4})"/)?.1)
    let body = text.replacingOccurrences(of: "\"programs\": \"\(group)\"", with: "\"programs\": \"no such\"")
    let start = try #require(body.range(of: "\"provenance\": "))
    let digested = body[start.lowerBound...].dropLast(3)
    let whole = body.replacing(/sha256:[0-9a-f]{64}/, with: "sha256:\(sha256(digested.utf8))", maxReplacements: 1)
    #expect(problem(whole) == "f.json: \"no such\" is neither a group of programs nor a program")
  }

  @Test func alignedParts() {
    #expect(
      AccessRule.alignedParts(offset: 8, size: 4).map { "\($0.offset):\($0.size)" }
        == ["8:1", "8:2", "9:1", "10:1", "10:2", "11:1"])
    #expect(AccessRule.alignedParts(offset: 0, size: 1).isEmpty)
    #expect(AccessRule.alignedParts(offset: 0, size: 8).count == 8 + 4 + 2)
  }
}
