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
    for group in ChangeGroup.groups(of: findings) {
      lines.append("")
      lines += TextReport.lines(of: group, in: snapshot, width: width)
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
