import ByteReading
import Comparison
import ContextABI
import Reporting

/// Two small builds that differ in every way that a report shows, written by hand.
enum Samples {
  static let old = build(
    release: "6.1.0-sample",
    contexts: [
      context(
        "sample_md", size: 24,
        [
          ("len", 0, 4, "__u32", "u32"), ("mark", 4, 4, "__u32", "u32"), ("ifindex", 8, 4, "__u32", "u32"),
          ("hash", 12, 4, "__u32", "u32"), ("prio", 16, 2, "__u16", "u16"), ("tag", 18, 2, "__u16", "u16"),
        ],
        [
          rule("len", 0, 4, [.read], "skb->len", both), rule("mark", 4, 4, [.read], "skb->mark", both),
          rule("mark", 4, 4, [.write], "skb->mark = value", ["SCHED_CLS"]),
          rule("ifindex", 8, 4, [.read], "skb->dev ? skb->dev->ifindex : 0", both),
          rule("hash", 12, 4, [.read], "skb->hash", both), rule("prio", 16, 2, [.read], "skb->priority", both),
          rule("tag", 18, 2, [.read], "skb->tag", ["SOCKET_FILTER"]),
        ]),
      context(
        "small_md", size: 8, [("data", 0, 4, "__u32", "u32"), ("end", 4, 4, "__u32", "u32")],
        [rule("data", 0, 4, [.read], "xdp->data", ["XDP"]), rule("end", 4, 4, [.read], "xdp->end", ["XDP"])]),
    ], hashAt: 160)

  static let new = build(
    release: "6.12.0-sample",
    contexts: [
      context(
        "sample_md", size: 32,
        [
          ("len", 0, 4, "__u32", "u32"), ("mark", 4, 4, "__u32", "u32"), ("ifindex", 8, 4, "__u32", "u32"),
          ("queue", 12, 4, "__u32", "u32"), ("hash", 16, 4, "__u32", "u32"), ("prio", 20, 2, "__u16", "u16"),
          ("stamp", 24, 8, "__u64", "u64"),
        ],
        [
          rule("len", 0, 4, [.read], "skb->len", both), rule("mark", 4, 4, [.read], "skb->mark", both),
          rule("mark", 4, 4, [.write], "skb->mark = value", both),
          rule("ifindex", 8, 4, [.read], "skb->dev ? skb->dev->ifindex & 0xff : 0", both),
          rule("queue", 12, 4, [.read], "skb->queue_mapping", both),
          rule("hash", 16, 4, [.read], "skb->hash", ["SCHED_CLS"]),
          rule("prio", 20, 2, [.read], "skb->priority", both, code: "6911a20000000000"),
          rule("stamp", 24, 8, [.read], "skb->tstamp", ["SCHED_CLS"], needsPrivilege: true),
        ]),
      context(
        "small_md", size: 8, [("data", 0, 4, "__u32", "u32"), ("data_end", 4, 4, "__u32", "u32")],
        [
          rule("data", 0, 4, [.read], "xdp->data", ["XDP"], code: "7911080000000000"),
          rule("data_end", 4, 4, [.read], "xdp->end", ["XDP"]),
        ]),
    ], hashAt: 168)

  /// The comparison of the two, one finding of it waived.
  static let report: ComparisonReport = {
    let findings = SnapshotComparison(old: old, new: new).findings()
    let accepted = findings.filter { $0.id == "field-renamed:small_md.end" }
    return ComparisonReport(
      old: .init(name: "baselines/sample-6.1", snapshot: old), new: .init(name: "sample-6.12", snapshot: new),
      verdict: Verdict(findings.filter { !accepted.contains($0) }, gate: .review),
      waived: accepted.map { WaivedFinding($0, waiver) }, toolVersion: "1.2.3")
  }()

  static let waiver = WaiverNote(
    reason: "The old name was never used by anybody.", who: "A. Maintainer", date: "2026-01-31", expires: "2027-01-31")

  /// Nothing differs.
  static let unchanged = ComparisonReport(
    old: .init(name: "sample", snapshot: old), new: .init(name: "sample", snapshot: old),
    verdict: Verdict(SnapshotComparison(old: old, new: old).findings(), gate: .review), toolVersion: "1.2.3")

  /// Three builds: the two, and one that takes everything back.
  static let history: KernelHistory = {
    var last = old
    last.provenance.release = "7.0.0-sample"
    return KernelHistory(
      [
        .init(name: "sample-6.1", snapshot: old), .init(name: "sample-6.12", snapshot: new),
        .init(name: "sample-7.0", snapshot: last),
      ], toolVersion: "1.2.3")
  }()

  // MARK: - Making builds

  static let both = ["SCHED_CLS", "SOCKET_FILTER"]

  static func build(release: String, contexts: [Context], hashAt: Int) -> Snapshot {
    var provenance = Provenance(
      release: release, architecture: "x86_64", buildID: "00112233", compiler: "gcc-14", types: "DWARF", tool: "ctxabi",
      configuration: nil)
    provenance.declarations = ["sample_md": "include/uapi/linux/bpf.h", "small_md": "include/uapi/linux/bpf.h"]
    let programs = [
      Program(
        name: "SCHED_CLS", type: "SCHED_CLS", typeNumber: 1, attachType: nil, context: "sample_md", kernelContext: "sk_buff"),
      Program(
        name: "SOCKET_FILTER", type: "SOCKET_FILTER", typeNumber: 1, attachType: nil, context: "sample_md",
        kernelContext: "sk_buff"),
      Program(name: "XDP", type: "XDP", typeNumber: 1, attachType: nil, context: "small_md", kernelContext: "xdp_buff"),
    ]
    let socketBuffer = ["len", "mark", "hash", "queue_mapping"].enumerated().map { index, name in
      member("skb", "sk_buff", name, 32, at: name == "hash" ? hashAt * 8 : 1000 + index * 32)
    }
    let others = [
      member("skb", "sk_buff", "dev", 64, at: 128), member("skb->dev", "net_device", "ifindex", 32, at: 512),
      member("skb", "sk_buff", "priority", 16, at: 2000), member("skb", "sk_buff", "tag", 16, at: 2016),
      member("skb", "sk_buff", "tstamp", 64, at: 256),
    ]
    let buffer = [
      member("xdp", "xdp_buff", "data", 32, at: release.hasPrefix("6.1.") ? 0 : 64),
      member("xdp", "xdp_buff", "end", 32, at: 128),
    ]
    let all = socketBuffer + others + buffer
    let structures = Dictionary(grouping: all) { $0.structure ?? "" }.mapValues { members in
      members.map { StructureMember(name: $0.name ?? "", bitSize: $0.width, type: "u\($0.width)", overlap: nil) }
    }
    return Snapshot(
      provenance: provenance, byteOrder: .little, programs: programs, contexts: contexts, coverage: [],
      kernel: KernelSide(
        members: ["sk_buff": socketBuffer + others, "xdp_buff": buffer], structures: structures, numbers: [:]))
  }

  private static func member(_ pointer: String, _ structure: String, _ name: String, _ width: Int, at: Int)
    -> NamedMember
  {
    NamedMember(
      path: "\(pointer)->\(name)", width: width, pointer: pointer, structure: structure, name: name, bitOffset: at,
      type: "u\(width)")
  }

  static func context(
    _ name: String, size: Int, _ members: [(String, Int, Int, String, String)], _ rules: [AccessRule]
  ) -> Context {
    Context(
      name: name,
      layout: Layout(
        size: size, alignment: size % 8 == 0 ? 8 : 4,
        members: members.map {
          LayoutMember(name: $0.0, bitOffset: $0.1 * 8, bitSize: $0.2 * 8, type: $0.3, encoding: $0.4)
        }), rules: rules)
  }

  static func rule(
    _ field: String, _ offset: Int, _ size: Int, _ kinds: [AccessKind], _ meaning: String, _ programs: [String],
    code: String = "6112340000000000", needsPrivilege: Bool = false
  ) -> AccessRule {
    let widths = ["skb->dev": 64, "skb->tstamp": 64, "skb->priority": 16, "skb->tag": 16]
    // A text that is no meaning is a mistake of the test: it shows as a member of that name.
    let parsed =
      (try? Meaning(text: meaning) { widths[$0] ?? 32 }) ?? .read(.member(.init(path: meaning, width: 32)))
    return AccessRule(
      field: field, offset: offset, size: size, parts: .whole, kinds: kinds,
      registerType: kinds[0].isWrite ? "" : "SCALAR_VALUE", needsPrivilege: needsPrivilege, programs: programs,
      meaning: parsed, deviations: [], immediates: [],
      conversions: [ConversionRecord(programs: programs, code: code)])
  }
}
