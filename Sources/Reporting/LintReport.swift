import Comparison
import ContextABI

/// Writes what is wrong with the conversions of one build for a terminal.
public struct LintReport {
  private let report: ComparisonReport
  private let width: Int
  private let style: Style

  /// - Parameter report: of a build with itself, its verdict the findings about it.
  public init(_ report: ComparisonReport, width: Int = 80, style: Style = .plain) {
    self.report = report
    self.width = width
    self.style = style
  }

  public var text: String {
    let findings = report.verdict.all
    let count = findings.isEmpty ? "no finding" : "\(findings.count) finding\(findings.count == 1 ? "" : "s")"
    let waived = report.waived.isEmpty ? "" : ", \(report.waived.count) waived"
    var lines = [style.bold("\(Printable.line(report.new.title)): \(count)\(waived)")]
    if let sentence = report.leftOut?.sentence {
      lines += TextLayout.wrapped(Printable.line(sentence), first: "", rest: "  ", width: width)
    }
    let text = TextReport(report, width: width, style: style)
    for finding in findings { lines += [""] + text.lines(finding) }
    return lines.joined(separator: "\n") + "\n"
  }
}
