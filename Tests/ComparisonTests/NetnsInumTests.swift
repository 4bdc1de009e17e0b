import Comparison
import ContextABI
import KernelImage
import TestSupport
import Testing

/// The field that this tool was thought out for, `__sk_buff.netns_inum`, a shadow of `skb->dev->nd_net.net->ns.inum`: what
/// may happen to it, and what must be said.
@Suite struct NetnsInumTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let variants: [String]
    let severity: Severity?
    let rule: String
    /// A part of the witness; nil where there is nothing to witness.
    var witness: String?

    var testDescription: String { variants.joined(separator: ", ") }
  }

  static let rows = [
    // The shadow follows.
    Row(variants: ["NS_INUM_MOVED"], severity: .note, rule: "shadow-followed"),
    Row(variants: ["SKB_MOVED"], severity: .note, rule: "shadow-followed"),
    Row(variants: ["NS_INUM_MOVED", "SKB_MOVED"], severity: .note, rule: "shadow-followed"),
    // The layout.
    Row(variants: ["NETNS_INUM_MOVED"], severity: .breaking, rule: "field-moved"),
    Row(variants: ["NETNS_INUM_NARROW"], severity: .breaking, rule: "field-resized"),
    Row(variants: ["NETNS_INUM_SIGNED"], severity: .breaking, rule: "field-retyped"),
    Row(variants: ["NETNS_INUM_BIG_ENDIAN"], severity: .breaking, rule: "field-retyped"),
    Row(variants: ["NETNS_INUM_RENAMED"], severity: .review, rule: "field-renamed"),
    // The meaning.
    Row(
      variants: ["NETNS_INUM_OTHER_MEMBER"], severity: .breaking, rule: "meaning-changed",
      witness: "skb->dev->nd_net.net->"),
    Row(
      variants: ["NETNS_INUM_UNGUARDED"], severity: .breaking, rule: "meaning-changed",
      witness: "skb->dev is null"),
    Row(
      variants: ["NETNS_INUM_MASKED"], severity: .breaking, rule: "meaning-changed",
      witness: "skb->dev->nd_net.net->ns.inum ="),
    Row(
      variants: ["NETNS_INUM_SHIFTED"], severity: .breaking, rule: "meaning-changed",
      witness: "skb->dev->nd_net.net->ns.inum ="),
    Row(
      variants: ["NETNS_INUM_SWAPPED"], severity: .breaking, rule: "meaning-changed",
      witness: "skb->dev->nd_net.net->ns.inum ="),
    Row(
      variants: ["NETNS_INUM_CONSTANT"], severity: .breaking, rule: "meaning-changed",
      witness: "skb->dev->nd_net.net->ns.inum ="),
    // The access.
    Row(variants: ["NETNS_INUM_SCHED_CLS_ONLY"], severity: .breaking, rule: "read-revoked"),
    Row(variants: ["NETNS_INUM_PRIVILEGED"], severity: .breaking, rule: "privilege-required"),
    Row(variants: ["NETNS_INUM_WRITABLE"], severity: .addition, rule: "write-granted"),
  ]

  @Test(arguments: Architecture.allCases, rows)
  func changes(_ architecture: Architecture, _ row: Row) throws {
    let changes = SnapshotComparison(
      old: try MiniKernel.snapshot(architecture, ["NETNS_INUM"]),
      new: try MiniKernel.snapshot(architecture, ["NETNS_INUM"] + row.variants)
    ).findings()
    #expect(changes.first?.rule.severity == row.severity)
    let about = try #require(changes.first { $0.changes.contains { $0.place.hasPrefix("__sk_buff.netns_") } })
    #expect(about.rule.id == row.rule)
    if let witness = row.witness {
      let change = try #require(about.changes.first)
      #expect(change.witness?.contains(witness) == true, "\(change.witness ?? "no witness")")
      #expect(change.before == VariantMeanings.guarded)
      #expect(change.after != change.before && change.after != nil)
    }
  }

  @Test func isMoreThanAPromise() throws {
    let changes = SnapshotComparison(
      old: try MiniKernel.snapshot(.x86_64), new: try MiniKernel.snapshot(.x86_64, ["NETNS_INUM"])
    ).findings()
    #expect(changes.filter { $0.rule.severity > .note }.map(\.id) == ["field-added:__sk_buff.netns_inum"])
    #expect(changes.first?.changes.first?.exposes == ["skb->dev", "skb->dev->nd_net.net->ns.inum"])
  }

  @Test func goesAway() throws {
    let changes = SnapshotComparison(
      old: try MiniKernel.snapshot(.x86_64, ["NETNS_INUM"]), new: try MiniKernel.snapshot(.x86_64)
    ).findings()
    #expect(changes.filter { $0.rule.severity > .note }.map(\.id) == ["field-removed:__sk_buff.netns_inum"])
    #expect(Verdict(changes, gate: .breaking).exitStatus == 1)
  }

  /// Neighbours that move by the same distance are one finding.
  @Test func runs() throws {
    let changes = SnapshotComparison(
      old: try MiniKernel.snapshot(.x86_64), new: try MiniKernel.snapshot(.x86_64, ["RUN_MOVED"])
    ).findings()
    let moved = changes.filter { $0.rule.id == "field-moved" }
    // By 4 bytes as far as tstamp, which is aligned to 8 and moves by 8 with all behind it.
    let fields = moved.map { Set($0.fields) }
    #expect(fields.contains(["tstamp", "gso_segs", "tstamp_type", "sk"]), "\(fields)")
    #expect(fields.contains { $0.isSuperset(of: ["hash", "cb", "tc_classid", "data", "data_end", "napi_id"]) }, "\(fields)")
    #expect(moved.map { $0.title.contains("8 bytes later") }.contains(true))
  }

  /// A coverage hole is 2, never a verdict; a break is 1 even then.
  @Test func exitStatuses() throws {
    func verdict(_ variants: [String], gate: Severity = .breaking) throws -> Int32 {
      let changes = SnapshotComparison(
        old: try MiniKernel.snapshot(.x86_64, ["NETNS_INUM"]),
        new: try MiniKernel.snapshot(.x86_64, ["NETNS_INUM"] + variants)
      ).findings()
      return Verdict(changes, gate: gate).exitStatus
    }
    #expect(try verdict([]) == 0)
    #expect(try verdict(["NS_INUM_MOVED"]) == 0)
    #expect(try verdict(["NETNS_INUM_MASKED"]) == 1)
    #expect(try verdict(["NETNS_INUM_RENAMED"]) == 0)
    #expect(try verdict(["NETNS_INUM_RENAMED"], gate: .review) == 1)
    #expect(try verdict(["NETNS_INUM_WRITABLE"], gate: .addition) == 1)
    #expect(try verdict(["CALLBACK_LOOPS"]) == 2)
    #expect(try verdict(["CALLBACK_LOOPS", "NETNS_INUM_MASKED"]) == 1)
  }
}

/// What the field means in the source of the miniature kernel.
enum VariantMeanings {
  static let guarded = "skb->dev ? skb->dev->nd_net.net->ns.inum : 0"
}
