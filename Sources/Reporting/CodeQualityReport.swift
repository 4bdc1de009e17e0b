import Comparison

/// Writes a comparison as GitLab's Code Quality report: an array of issues, each with a line of source. What no program notices,
/// and what is waived, is none.
struct CodeQualityReport {
  private let report: ComparisonReport

  init(_ report: ComparisonReport) { self.report = report }

  var text: String {
    let placed = PlacedFinding.all(of: report).filter { $0.note == nil && $0.finding.rule.severity > .note }
    return JSONValue.array(placed.map(issue)).text
  }

  private func issue(_ placed: PlacedFinding) -> JSONValue {
    [
      "description": .string(Printable.lines(placed.message)),
      "check_name": .string(placed.finding.rule.id),
      "fingerprint": .string(placed.fingerprint),
      "severity": .string(Self.severity(placed.finding.rule.severity)),
      "location": [
        "path": .string(placed.location.path), "lines": ["begin": .number(placed.location.line)],
      ],
    ]
  }

  private static func severity(_ severity: Severity) -> String {
    switch severity {
    case .breaking: "critical"
    case .review, .coverage: "major"
    case .addition, .correction, .note: "info"
    }
  }
}
