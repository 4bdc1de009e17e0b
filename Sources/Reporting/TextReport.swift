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
    self.width = width
    self.style = style
  }

  /// The whole report.
  public var text: String {
    var lines = TextLayout.wrapped(
      "\(report.old.title) → \(report.new.title): \(report.summary)", first: "", rest: "  ",
      width: width
    ).map(style.bold)
    var severity: Severity?
    let shown = report.verdict.changes.filter { $0.rule.severity >= lowest }
    for group in ChangeGroup.groups(of: shown) {
      let change = group.first
      if change.rule.severity != severity {
        severity = change.rule.severity
        lines.append("")
        lines.append(style.severity(Self.heading(change.rule.severity), change.rule.severity))
      }
      lines += Self.lines(of: group, in: report.new.snapshot, width: width)
    }
    let hidden = report.verdict.changes.count { $0.rule.severity < lowest }
    if hidden > 0 {
      lines.append("")
      lines.append(style.dim("\(hidden) notes are not shown (--show note)."))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  static func heading(_ severity: Severity) -> String {
    switch severity {
    case .breaking: "BREAKING"
    case .review: "TO REVIEW"
    case .addition: "ADDED"
    case .note: "NOTES"
    case .coverage: "NOT COVERED"
    }
  }

  /// A change with its evidence, and the names of those that have the same cause.
  static func lines(of group: ChangeGroup, in snapshot: Snapshot, width: Int) -> [String] {
    let first = lines(of: group.first, in: snapshot, width: width)
    guard !group.others.isEmpty, let cause = group.first.evidence.cause else { return first }
    let names = group.others.compactMap(\.field).joined(separator: ", ")
    return first
      + TextLayout.wrapped(
        "likewise (\(cause)): \(names)", first: "    ", rest: "      ", width: width)
  }

  /// One change with its evidence.
  static func lines(of change: Change, in snapshot: Snapshot, width: Int) -> [String] {
    var lines = TextLayout.wrapped(
      "\(change.place): \(change.summary)  [\(change.rule.id)]", first: "  ", rest: "    ", width: width)
    let evidence = change.evidence
    func add(_ label: String, _ text: String) {
      let first = "    \(TextLayout.padded(label, 8)) "
      lines += TextLayout.wrapped(
        text, first: first, rest: String(repeating: " ", count: first.count), width: width)
    }
    if let before = evidence.before { add("was", before) }
    if let after = evidence.after { add(evidence.before == nil ? "is" : "is", after) }
    if let witness = evidence.witness { add("witness", witness) }
    if !evidence.exposes.isEmpty { add("exposes", evidence.exposes.joined(separator: ", ")) }
    if let remark = evidence.remark { add("", remark) }
    if !change.programs.isEmpty {
      let all = snapshot.programs.filter { $0.context == change.context }
      add("for", ProgramNames(all).text(change.programs))
    }
    if !evidence.accesses.isEmpty, evidence.accesses.count <= 12, change.rule.severity > .note {
      add("access", evidence.accesses.joined(separator: ", "))
    }
    if !change.alsoMatched.isEmpty { add("also", change.alsoMatched.joined(separator: ", ")) }
    return lines
  }
}
