import Comparison

/// Writes a comparison as workflow commands of GitHub Actions, which become annotations: a line a finding, for GitHub shows few
/// of them a step. What no program notices, and what is waived, is none.
struct GitHubReport {
  private let report: ComparisonReport

  init(_ report: ComparisonReport) { self.report = report }

  var text: String {
    let told = report.verdict.all.filter { $0.rule.severity > .note }
    var lines = told.map(command)
    if let leftOut = report.leftOut, leftOut.count > 0 {
      lines.append("::warning title=\(Self.property("ctxabi: left out"))::\(Self.data(leftOut.sentence))")
    }
    return lines.map { "\($0)\n" }.joined()
  }

  private func command(_ finding: Finding) -> String {
    let location = report.location(of: finding.changes[0])
    let title = "\(finding.rule.severity.rawValue): \(finding.rule.id)"
    let text = TextReport(report, width: 100).lines(finding).map(Self.trimmed).joined(separator: "\n")
    return "::\(Self.level(finding.rule.severity)) file=\(Self.property(location.path)),line=\(location.line),"
      + "title=\(Self.property(title))::\(Self.data(text))"
  }

  /// Two spaces less before a line.
  private static func trimmed(_ line: String) -> String { line.hasPrefix("  ") ? String(line.dropFirst(2)) : line }

  private static func level(_ severity: Severity) -> String {
    switch severity {
    case .breaking, .coverage: "error"
    case .review: "warning"
    case .addition, .correction, .note: "notice"
    }
  }

  /// A message: what would end the command is written out.
  private static func data(_ text: String) -> String {
    Printable.lines(text).replacing("%", with: "%25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
  }

  /// A property, which commas and colons end as well.
  private static func property(_ text: String) -> String {
    data(Printable.line(text)).replacing(":", with: "%3A").replacing(",", with: "%2C")
  }
}
