import Comparison
import ContextABI

/// Writes a comparison as JSON, as docs/report.schema.json describes it.
struct JSONReport {
  /// The name and version of the format.
  static let schema = "ctxabi-report"
  static let schemaVersion = 1

  private let report: ComparisonReport

  init(_ report: ComparisonReport) { self.report = report }

  var text: String {
    let verdict = report.verdict
    let value: JSONValue = [
      "schema": .string(Self.schema),
      "version": .number(Self.schemaVersion),
      "tool": ["name": "ctxabi", "version": .string(report.toolVersion.isEmpty ? nil : report.toolVersion)],
      "old": side(report.old),
      "new": side(report.new),
      "verdict": [
        "worst": .string(report.worst?.rawValue),
        "isComplete": .boolean(verdict.uncovered.isEmpty),
        "gate": .string(verdict.gate.rawValue),
        "exitStatus": .number(Int(verdict.exitStatus)),
      ],
      "counts": [
        "breaking": .number(verdict.count(.breaking)),
        "review": .number(verdict.count(.review)),
        "addition": .number(verdict.count(.addition)),
        "note": .number(verdict.count(.note)),
        "coverage": .number(verdict.count(.coverage)),
        "waived": .number(report.waived.count),
      ],
      "changes": .array(verdict.changes.map { .object(members($0)) }),
      "waived": .array(
        report.waived.map { .object(members($0.change) + [("waiver", waiver($0.note))]) }),
    ]
    return value.text
  }

  private func side(_ side: ComparisonReport.Side) -> JSONValue {
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

  private func members(_ change: Change) -> [(String, JSONValue)] {
    let evidence = change.evidence
    return [
      ("id", .string(change.id)),
      ("rule", .string(change.rule.id)),
      ("severity", .string(change.rule.severity.rawValue)),
      ("context", .string(change.context)),
      ("field", .string(change.field)),
      ("programs", .strings(change.programs)),
      ("summary", .string(change.summary)),
      ("before", .string(evidence.before)),
      ("after", .string(evidence.after)),
      ("witness", .string(evidence.witness)),
      ("accesses", .strings(evidence.accesses)),
      ("exposes", .strings(evidence.exposes)),
      ("remark", .string(evidence.remark)),
      ("cause", .string(evidence.cause)),
      ("alsoMatched", .strings(change.alsoMatched)),
    ]
  }

  private func waiver(_ note: WaiverNote) -> JSONValue {
    [
      "reason": .string(note.reason), "who": .string(note.who), "date": .string(note.date),
      "expires": .string(note.expires),
    ]
  }
}
