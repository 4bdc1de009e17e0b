import Comparison
import ContextABI

/// Writes what is wrong with the conversions of one build.
public struct LintReport {
  private let snapshot: Snapshot
  private let findings: [Change]
  private let width: Int
  private let style: Style

  public init(_ snapshot: Snapshot, _ findings: [Change], width: Int = 80, style: Style = .plain) {
    self.snapshot = snapshot
    self.findings = findings
    self.width = width
    self.style = style
  }

  public var text: String {
    let title = "\(snapshot.provenance.release) (\(snapshot.provenance.architecture))"
    let count = findings.isEmpty ? "no finding" : "\(findings.count) finding\(findings.count == 1 ? "" : "s")"
    var lines = [style.bold("\(title): \(count)")]
    let side = ComparisonReport.Side(name: snapshot.provenance.release, snapshot: snapshot)
    let report = TextReport(
      ComparisonReport(old: side, new: side, verdict: Verdict(findings, gate: .review)), width: width, style: style)
    for group in ChangeGroup.groups(of: findings) {
      lines.append("")
      lines += report.lines(group)
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
