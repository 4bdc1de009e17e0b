import Comparison
import ContextABI
import Reporting

/// A comparison of snapshots that somebody made to do harm to whoever reads its report.
enum Hostile {
  /// What every text of the snapshots carries.
  static let text =
    "<script>alert(1)</script>\"'`|&lt;\u{1b}[31m\u{9b}2J\r\n# x\u{202e}\u{2028}]](javascript:alert(2)) @all --> ]]> {0} www.x.y ``` \u{fffe}"

  static let report: ComparisonReport = {
    let (old, new) = (build(isNew: false), build(isNew: true))
    let findings = SnapshotComparison(old: old, new: new).findings()
    let waived = findings.first.map { [WaivedFinding($0, waiver)] } ?? []
    return ComparisonReport(
      old: .init(name: text, snapshot: old), new: .init(name: text, snapshot: new),
      verdict: Verdict(findings, gate: .review), waived: waived, toolVersion: "1.2.3")
  }()

  static let history = KernelHistory(
    [.init(name: text, snapshot: build(isNew: false)), .init(name: text, snapshot: build(isNew: true))])

  static let waiver = WaiverNote(reason: text, who: text, date: text, expires: text)

  static func build(isNew: Bool) -> Snapshot {
    var snapshot = Samples.build(release: text, contexts: [], hashAt: 0)
    let program = Program(
      name: "A\(text)", type: "B\(text)", typeNumber: 1, attachType: text, context: "c\(text)", kernelContext: "k\(text)")
    snapshot.provenance.architecture = text
    snapshot.provenance.buildID = text
    snapshot.provenance.compiler = text
    snapshot.provenance.types = text
    snapshot.provenance.declarations = ["c\(text)": isNew ? "../../etc/passwd" : "/etc/passwd"]
    snapshot.provenance.configuration = ConfigurationRecord(
      digest: text, options: ["CONFIG_\(text)": isNew ? "y" : text])
    snapshot.programs =
      [program]
      + (isNew
        ? []
        : [
          Program(
            name: "Z\(text)", type: "Z\(text)", typeNumber: 1, attachType: nil, context: "gone\(text)", kernelContext: text)
        ])
    snapshot.coverage =
      isNew ? [CoverageItem(kind: .hole, programs: [program.name], accesses: ["read \(text)"], reason: text)] : []
    let path = isNew ? "new\(text)->member" : "old\(text)->member"
    let rule = { (field: String, offset: Int, kinds: [AccessKind]) in
      AccessRule(
        field: field, offset: offset, size: 4, parts: .aligned, kinds: kinds,
        registerType: isNew ? "X\(text)" : "Y\(text)",
        needsPrivilege: isNew, programs: [program.name], meaning: .read(.member(.init(path: path, width: 32))),
        deviations: [], immediates: [], conversions: [ConversionRecord(programs: [program.name], code: "zz\(text)")])
    }
    snapshot.contexts = [
      Context(
        name: "c\(text)",
        layout: Layout(
          size: isNew ? 12 : 16, alignment: 4,
          members: [
            LayoutMember(
              name: "a\(text)", bitOffset: 0, bitSize: 32, type: "u32\(text)[4\(text)]", encoding: "e\(isNew)"),
            LayoutMember(name: "b\(text)", bitOffset: isNew ? 64 : 32, bitSize: 32, type: text, encoding: text),
          ] + (isNew ? [] : [LayoutMember(name: "d\(text)", bitOffset: 96, bitSize: 3, type: text, encoding: text)])),
        rules: [rule("a\(text)", 0, [.read]), rule("b\(text)", isNew ? 8 : 4, isNew ? [.read] : [.read, .write])])
    ]
    if !isNew {
      snapshot.contexts.append(
        Context(name: "gone\(text)", layout: Layout(size: 0, alignment: 0, members: []), rules: []))
    }
    return snapshot
  }
}
