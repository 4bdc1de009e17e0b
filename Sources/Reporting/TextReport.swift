import Comparison
import ContextABI

/// Writes a comparison for a terminal.
public struct TextReport {
  private let report: ComparisonReport
  private let width: Int
  private let style: Style
  private let lowest: Severity

  /// - Parameter lowest: changes of a lower severity are only counted.
  public init(
    _ report: ComparisonReport, lowest: Severity = .addition, width: Int = 80, style: Style = .plain
  ) {
    self.report = report
    self.lowest = lowest
    self.width = max(width, 40)
    self.style = style
  }

  /// The whole report.
  public var text: String {
    var lines = heading
    for severity in Severity.allCases.reversed() where severity >= lowest {
      let changes = report.verdict.changes.filter { $0.rule.severity == severity }
      guard !changes.isEmpty else { continue }
      lines += ["", style.severity(Self.heading(severity), severity)]
      for group in ChangeGroup.groups(of: changes) { lines += self.lines(group) }
    }
    if !report.waived.isEmpty {
      lines += ["", style.bold("WAIVED")]
      for waived in report.waived { lines += self.lines(waived) }
    }
    let hidden = report.verdict.changes.count { $0.rule.severity < lowest }
    if hidden > 0 {
      lines += ["", style.dim("\(hidden) \(hidden == 1 ? "change is" : "changes are") not shown (--show note).")]
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private var heading: [String] {
    let sides = [("old", report.old), ("new", report.new)].flatMap { label, side in
      TextLayout.wrapped(Printable.line(side.title), first: "\(label)  ", rest: "     ", width: width)
    }
    let verdict = TextLayout.wrapped(
      report.isEmpty ? "\(report.headline)." : "\(report.headline): \(report.summary).", first: "", rest: "  ",
      width: width)
    let severity = report.verdict.uncovered.isEmpty ? report.worst ?? .note : .coverage
    return sides + verdict.map { style.severity($0, severity) }
  }

  static func heading(_ severity: Severity) -> String { ComparisonReport.heading(severity).uppercased() }

  // MARK: - Changes

  /// A group of changes with their evidence.
  func lines(_ group: ChangeGroup) -> [String] {
    let change = group.first
    var lines = wrapped("\(group.place): \(group.summary)  [\(group.rule.id)]", first: "  ", rest: "    ")
    if !group.isSingle, group.isPlain {
      lines += items(group)
      if !group.exposes.isEmpty { lines += fact("exposes", group.exposes.joined(separator: ", ")) }
      if let programs = report.programs(of: change) { lines += fact("for", programs) }
      return lines
    }
    lines += facts(change)
    if !group.otherFields.isEmpty {
      lines += wrapped(
        "likewise (\(change.evidence.cause ?? "")): \(group.otherFields.joined(separator: ", "))",
        first: "    ", rest: "      ")
    }
    return lines
  }

  private func items(_ group: ChangeGroup) -> [String] {
    let items = group.items
    if items.allSatisfy({ $0.detail == nil }) {
      return wrapped(items.map(\.name).joined(separator: ", "), first: "    ", rest: "    ")
    }
    return items.flatMap { wrapped($0.detail ?? $0.name, first: "    ", rest: "      ") }
  }

  private func facts(_ change: Change) -> [String] {
    var lines: [String] = []
    let evidence = change.evidence
    if let before = evidence.before { lines += fact("was", before) }
    if let after = evidence.after { lines += fact("is", after) }
    if let witness = evidence.witness { lines += fact("witness", witness) }
    if !evidence.exposes.isEmpty { lines += fact("exposes", evidence.exposes.joined(separator: ", ")) }
    if let remark = evidence.remark { lines += fact("", remark) }
    if let programs = report.programs(of: change) { lines += fact("for", programs) }
    if !evidence.accesses.isEmpty, evidence.accesses.count <= 12, change.rule.severity > .note {
      lines += fact("access", evidence.accesses.joined(separator: ", "))
    }
    if !change.alsoMatched.isEmpty { lines += fact("also", change.alsoMatched.joined(separator: ", ")) }
    return lines
  }

  private func lines(_ waived: WaivedChange) -> [String] {
    let (change, note) = (waived.change, waived.note)
    let until = note.expires.map { ", until \($0)" } ?? ""
    return wrapped("\(change.place): \(change.summary)  [\(change.rule.id)]", first: "  ", rest: "    ")
      + fact("reason", note.reason) + fact("by", "\(note.who), \(note.date)\(until)")
  }

  // MARK: - Lines

  private func wrapped(_ text: String, first: String, rest: String) -> [String] {
    TextLayout.wrapped(Printable.line(text), first: first, rest: rest, width: width)
  }

  /// A label and what it says, the label set apart.
  private func fact(_ label: String, _ text: String) -> [String] {
    let first = "    \(TextLayout.padded(label, 7)) "
    let lines = wrapped(text, first: first, rest: String(repeating: " ", count: first.count))
    return [style.dim(first) + lines[0].dropFirst(first.count)] + lines.dropFirst()
  }
}
