import Comparison
import ContextABI

/// Writes a comparison as JSON, as docs/report.schema.json describes it.
struct JSONReport {
  /// The name and version of the format.
  static let schema = "ctxabi-report"
  static let schemaVersion = 2

  private let report: ComparisonReport

  init(_ report: ComparisonReport) { self.report = report }

  var text: String {
    let verdict = report.verdict
    let value: JSONValue = [
      "schema": .string(Self.schema),
      "version": .number(Self.schemaVersion),
      "tool": ["name": "ctxabi", "version": .string(report.toolVersion.isEmpty ? nil : report.toolVersion)],
      "old": Self.side(report.old),
      "new": Self.side(report.new),
      "verdict": [
        "worst": .string(report.worst?.rawValue),
        "isComplete": .boolean(verdict.uncovered.isEmpty),
        "gate": .string(verdict.gate.rawValue),
        "exitStatus": .number(Int(verdict.exitStatus)),
      ],
      "counts": counts,
      "filter": report.leftOut.map { ["options": .string($0.filter), "stopped": .number($0.stopped)] } ?? .absent,
      "programs": .number(report.programs?.programCount),
      "remarks": .strings(report.remarks),
      "findings": .array(findings),
      "waived": .array(
        report.waived.map { .object(members($0.finding) + [("waiver", waiver($0.note))]) }),
    ]
    return value.text
  }

  /// How many findings there are of each severity.
  var counts: JSONValue {
    let verdict = report.verdict
    return [
      "breaking": .number(verdict.count(.breaking)),
      "review": .number(verdict.count(.review)),
      "addition": .number(verdict.count(.addition)),
      "correction": .number(verdict.count(.correction)),
      "note": .number(verdict.count(.note)),
      "coverage": .number(verdict.count(.coverage)),
      "waived": .number(report.waived.count),
      "leftOut": .number(report.leftOut?.count),
    ]
  }

  /// Every finding that counts, with what it changes.
  var findings: [JSONValue] { report.verdict.all.map { .object(members($0)) } }

  static func side(_ side: ComparisonReport.Side) -> JSONValue {
    let provenance = side.snapshot.provenance
    return [
      "name": .string(side.name),
      "release": .string(provenance.release),
      "architecture": .string(provenance.architecture),
      "byteOrder": .string(side.snapshot.byteOrder.rawValue),
      "buildID": .string(provenance.buildID),
      "types": .string(provenance.types),
    ]
  }

  private func members(_ finding: Finding) -> [(String, JSONValue)] {
    [
      ("id", .string(finding.id)),
      ("digest", .string(finding.digest)),
      ("rule", .string(finding.rule.id)),
      ("severity", .string(finding.rule.severity.rawValue)),
      ("title", .string(finding.title)),
      ("remark", .string(finding.remark)),
      ("contexts", .strings(finding.contexts)),
      ("changes", .array(finding.changes.map(change))),
      ("hits", report.hitValues(of: finding)),
    ]
  }

  private func change(_ change: Change) -> JSONValue {
    [
      "context": .string(change.context),
      "field": .string(change.field),
      "programs": .strings(change.programs),
      "accesses": .strings(change.accesses),
      "before": .string(change.before),
      "after": .string(change.after),
      "witness": .string(change.witness),
      "exposes": .strings(change.exposes),
      "remark": .string(change.remark),
    ]
  }

  private func waiver(_ note: WaiverNote) -> JSONValue {
    [
      "reason": .string(note.reason), "who": .string(note.who), "date": .string(note.date),
      "expires": .string(note.expires),
    ]
  }
}
