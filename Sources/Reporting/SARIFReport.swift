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
  private var results: [JSONValue] { PlacedFinding.all(of: report).map(result) }

  private func result(_ placed: PlacedFinding) -> JSONValue {
    let (finding, changes) = (placed.finding, placed.changes)
    return [
      "ruleId": .string(finding.rule.id),
      "ruleIndex": RuleCatalog.all.firstIndex(of: finding.rule).map { .number($0) } ?? .absent,
      "kind": finding.rule.severity <= .correction ? "informational" : "fail",
      "level": .string(finding.rule.severity <= .correction ? "none" : Self.level(finding.rule.severity)),
      "message": ["text": .string(Self.message(placed))],
      "locations": [location(placed)],
      // GitHub goes by the first of the two (https://docs.github.com/code-security: SARIF support for code scanning).
      "partialFingerprints": [
        "primaryLocationLineHash": .string(placed.fingerprint), "ctxabiFinding/v2": .string(placed.fingerprint),
      ],
      "suppressions": placed.note.map { .array([suppression($0)]) } ?? .absent,
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

  /// In a message of SARIF `{0}` is a placeholder and `[text](address)` a link (sections 3.11.5 and 3.11.6).
  private static func message(_ placed: PlacedFinding) -> String {
    placed.message.replacing("{", with: "{{").replacing("}", with: "}}").replacing("](", with: "] (")
  }

  /// The field, and the header that declares its structure.
  private func location(_ placed: PlacedFinding) -> JSONValue {
    let change = placed.changes[0]
    let logical: JSONValue = [
      "name": .string(change.field ?? change.context),
      "fullyQualifiedName": .string(change.place),
      "kind": .string(report.new.context(change.context) == nil ? "module" : change.field == nil ? "type" : "member"),
    ]
    return [
      "physicalLocation": [
        "artifactLocation": ["uri": .string(Self.uri(placed.location.path)), "uriBaseId": .string(Self.sourceRoot)],
        "region": ["startLine": .number(placed.location.line)],
      ],
      "logicalLocations": [logical],
    ]
  }

  /// A path below the source tree as a URI reference.
  private static func uri(_ path: String) -> String {
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
