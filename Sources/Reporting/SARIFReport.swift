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
            "summary": .string(report.countsLine), "filter": .string(report.leftOut?.sentence),
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
          uncovered.map { finding in
            ["level": "error", "message": ["text": .string("\(finding.place): \(finding.title)")]]
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
    case .addition, .correction: "note"
    case .note: "none"
    }
  }

  // MARK: - Results

  /// A result for each field that a finding touches, so that each is shown where it is declared.
  private var results: [JSONValue] {
    let counted = report.verdict.all.map { ($0, nil as WaiverNote?) }
    return (counted + report.waived.map { ($0.finding, $0.note) }).flatMap { finding, note in
      fields(of: finding).map { result(finding, $0, note) }
    }
  }

  /// The changes of a finding, those of one field together.
  private func fields(of finding: Finding) -> [[Change]] {
    var order: [[String?]] = []
    var groups: [[String?]: [Change]] = [:]
    for change in finding.changes {
      let key = [change.context, change.field]
      if groups[key] == nil { order.append(key) }
      groups[key, default: []].append(change)
    }
    return order.compactMap { groups[$0] }
  }

  private func result(_ finding: Finding, _ changes: [Change], _ note: WaiverNote?) -> JSONValue {
    let place = "\(changes[0].context).\(changes[0].field ?? "")"
    return [
      "ruleId": .string(finding.rule.id),
      "ruleIndex": RuleCatalog.all.firstIndex(of: finding.rule).map { .number($0) } ?? .absent,
      "kind": finding.rule.severity <= .correction ? "informational" : "fail",
      "level": .string(finding.rule.severity <= .correction ? "none" : Self.level(finding.rule.severity)),
      "message": ["text": .string(message(finding, changes))],
      "locations": [location(changes[0])],
      // By cause and field alone: what else a comparison finds does not matter.
      "partialFingerprints": ["ctxabiFinding/v2": .string("\(finding.digest):\(place)")],
      "suppressions": note.map { .array([suppression($0)]) } ?? .absent,
      "properties": [
        "severity": .string(finding.rule.severity.rawValue),
        "title": .string(finding.title),
        "programs": .strings(Set(changes.flatMap(\.programs)).sorted()),
        "accesses": .strings(changes.flatMap(\.accesses)),
        "exposes": .strings(Set(changes.flatMap(\.exposes)).sorted()),
        "hits": report.hitValues(of: finding),
      ],
    ]
  }

  private func message(_ finding: Finding, _ changes: [Change]) -> String {
    var text = "\(changes[0].place): \(finding.title)"
    if let remark = finding.remark { text += "\n\(remark)" }
    for change in changes {
      if changes.count > 1, !change.accesses.isEmpty { text += "\n\(FindingBody.compact(change.accesses))" }
      if let before = change.before { text += "\nwas: \(before)" }
      if let after = change.after { text += "\nis: \(after)" }
      if let witness = change.witness { text += "\nwitness: \(witness)" }
      if let remark = change.remark { text += "\n\(remark)" }
      if let programs = report.programs(of: change) { text += "\nfor: \(programs)" }
    }
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
