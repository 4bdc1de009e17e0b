import Comparison
import ContextABI

/// Writes a comparison as SARIF 2.1.0 (OASIS Static Analysis Results Interchange Format).
struct SARIFReport {
  private static let schema = "https://json.schemastore.org/sarif-2.1.0.json"
  /// Stands for the top of the kernel's source tree, to which URIs are relative.
  private static let sourceRoot = "SRCROOT"

  private let report: ComparisonReport

  init(_ report: ComparisonReport) { self.report = report }

  var text: String {
    let log: JSONValue = [
      "$schema": .string(Self.schema),
      "version": "2.1.0",
      "runs": [
        [
          "tool": ["driver": driver],
          "invocations": [invocation],
          "originalUriBaseIds": .object([(Self.sourceRoot, Self.sourceRootDescription)]),
          "columnKind": "unicodeCodePoints",
          "properties": [
            "old": .string(report.old.title), "new": .string(report.new.title),
            "summary": .string(report.countsLine),
          ],
          "results": .array(results),
        ]
      ],
    ]
    return log.text
  }

  private static let sourceRootDescription: JSONValue = [
    "description": ["text": "The top of the kernel's source tree."]
  ]

  private var driver: JSONValue {
    [
      "name": "ctxabi",
      "version": .string(report.toolVersion.isEmpty ? nil : report.toolVersion),
      "shortDescription": [
        "text": "Audits the ABI that the Linux kernel promises to BPF programs through their contexts."
      ],
      "rules": .array(RuleCatalog.all.map(Self.descriptor)),
    ]
  }

  /// Whether the comparison could be made in full, and what was in its way.
  private var invocation: JSONValue {
    let uncovered = report.verdict.uncovered
    return [
      "executionSuccessful": .boolean(uncovered.isEmpty),
      "exitCode": .number(Int(report.verdict.exitStatus)),
      "toolExecutionNotifications": uncovered.isEmpty
        ? .absent
        : .array(
          uncovered.map { change in
            ["level": "error", "message": ["text": .string("\(change.place): \(change.summary)")]]
          }),
    ]
  }

  // MARK: - Rules

  private static func descriptor(_ rule: Rule) -> JSONValue {
    [
      "id": .string(rule.id),
      "name": .string(rule.id.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()),
      "shortDescription": ["text": .string(rule.sentence)],
      "fullDescription": ["text": .string("\(rule.sentence) \(rule.rationale)")],
      "help": [
        "text": .string("\(rule.rationale)\n\nExample: \(rule.example)"),
        "markdown": .string(
          "\(MarkdownReport.prose(rule.rationale))\n\nExample: \(MarkdownReport.prose(rule.example))"),
      ],
      "defaultConfiguration": ["level": .string(level(rule.severity))],
      "properties": ["severity": .string(rule.severity.rawValue)],
    ]
  }

  /// SARIF wants the level `none` for what is no failure.
  private static func level(_ severity: Severity) -> String {
    switch severity {
    case .breaking: "error"
    case .review, .coverage: "warning"
    case .addition: "note"
    case .note: "none"
    }
  }

  // MARK: - Results

  private var results: [JSONValue] {
    var occurrences: [String: Int] = [:]
    let counted = report.verdict.changes.map { ($0, nil as WaiverNote?) }
    return (counted + report.waived.map { ($0.change, $0.note) }).map { change, note in
      // Changes that share an id, of other programs or parts of the field, are numbered.
      let number = occurrences[change.id, default: 0] + 1
      occurrences[change.id] = number
      return result(change, note, fingerprint: number == 1 ? change.id : "\(change.id)#\(number)")
    }
  }

  private func result(_ change: Change, _ note: WaiverNote?, fingerprint: String) -> JSONValue {
    let evidence = change.evidence
    return [
      "ruleId": .string(change.rule.id),
      "ruleIndex": RuleCatalog.all.firstIndex(of: change.rule).map { .number($0) } ?? .absent,
      "kind": change.rule.severity == .note ? "informational" : "fail",
      "level": .string(Self.level(change.rule.severity)),
      "message": ["text": .string(message(change))],
      "locations": [location(change)],
      "partialFingerprints": ["ctxabiChange/v1": .string(fingerprint)],
      "suppressions": note.map { .array([suppression($0)]) } ?? .absent,
      "properties": [
        "severity": .string(change.rule.severity.rawValue),
        "programs": .strings(change.programs),
        "before": .string(evidence.before),
        "after": .string(evidence.after),
        "witness": .string(evidence.witness),
        "accesses": .strings(evidence.accesses),
        "exposes": .strings(evidence.exposes),
        "alsoMatched": .strings(change.alsoMatched),
      ],
    ]
  }

  private func message(_ change: Change) -> String {
    var text = "\(change.place): \(change.summary)"
    if let before = change.evidence.before { text += "\nwas: \(before)" }
    if let after = change.evidence.after { text += "\nis: \(after)" }
    if let witness = change.evidence.witness { text += "\nwitness: \(witness)" }
    if let remark = change.evidence.remark { text += "\n\(remark)" }
    if let programs = report.programs(of: change) { text += "\nfor: \(programs)" }
    // In a message of SARIF `{0}` is a placeholder and `[text](address)` a link (sections 3.11.5 and 3.11.6).
    return text.replacing("{", with: "{{").replacing("}", with: "}}").replacing("](", with: "] (")
  }

  /// The field, and the header that declares its structure.
  private func location(_ change: Change) -> JSONValue {
    let logical: JSONValue = [
      "name": .string(change.field ?? change.context),
      "fullyQualifiedName": .string(change.place),
      "kind": .string(report.new.context(change.context) == nil ? "module" : change.field == nil ? "type" : "member"),
    ]
    let declarations = [report.new, report.old].map(\.snapshot.provenance.declarations)
    let header = declarations.compactMap { $0[change.context] }.first.flatMap(Self.relativeURI)
    return [
      "physicalLocation": header.map {
        ["artifactLocation": ["uri": .string($0), "uriBaseId": .string(Self.sourceRoot)]]
      } ?? .absent,
      "logicalLocations": [logical],
    ]
  }

  /// A path below the source tree as a URI reference; nil for one that leads elsewhere.
  private static func relativeURI(_ path: String) -> String? {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard !path.isEmpty, parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }) else { return nil }
    let safe = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/".utf8)
    return path.utf8.map { byte in
      if safe.contains(byte) { return String(UnicodeScalar(byte)) }
      let digits = String(byte, radix: 16, uppercase: true)
      return "%" + (digits.count == 1 ? "0" : "") + digits
    }.joined()
  }

  private func suppression(_ note: WaiverNote) -> JSONValue {
    let until = note.expires.map { ", until \($0)" } ?? ""
    return [
      "kind": "external",
      "status": "accepted",
      "justification": .string("\(note.reason) (\(note.who), \(note.date)\(until))"),
    ]
  }
}
