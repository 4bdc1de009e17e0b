import Comparison
import ContextABI

/// Writes a comparison for a terminal.
public struct TextReport {
  private let report: ComparisonReport
  private let width: Int
  private let style: Style
  private let lowest: Severity
  private let isVerbose: Bool

  /// - Parameters:
  ///   - lowest: findings of a lower severity are only counted.
  ///   - isVerbose: whether every field is shown in full, not the first of each finding alone.
  public init(
    _ report: ComparisonReport, lowest: Severity = .correction, isVerbose: Bool = false, width: Int = 80,
    style: Style = .plain
  ) {
    self.report = report
    self.lowest = lowest
    self.isVerbose = isVerbose
    self.width = max(width, 40)
    self.style = style
  }

  /// So many fields of a finding are shown in full, the others by their names.
  private static let shownInFull = 3

  /// The whole report.
  public var text: String {
    var lines = heading
    for severity in Severity.allCases.reversed() where severity >= lowest {
      let findings = report.verdict.all.filter { $0.rule.severity == severity }
      guard !findings.isEmpty else { continue }
      lines += ["", style.severity(Self.heading(severity), severity)]
      for (number, finding) in findings.enumerated() { lines += (number == 0 ? [] : [""]) + self.lines(finding) }
    }
    if !report.waived.isEmpty {
      lines += ["", style.bold("WAIVED")]
      for waived in report.waived { lines += self.lines(waived) }
    }
    let hidden = report.verdict.all.count { $0.rule.severity < lowest }
    if hidden > 0 {
      lines += ["", style.dim("\(hidden) \(hidden == 1 ? "finding is" : "findings are") not shown (--show note).")]
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
    let remarks = report.remarks.flatMap { TextLayout.wrapped($0, first: "", rest: "  ", width: width) }
    return sides + verdict.map { style.severity($0, severity) } + (report.hitSummary.map { ["\($0)."] } ?? []) + remarks
  }

  static func heading(_ severity: Severity) -> String { ComparisonReport.heading(severity).uppercased() }

  // MARK: - Findings

  /// A finding with its changes.
  func lines(_ finding: Finding) -> [String] {
    let body = FindingBody(finding)
    var lines = wrapped("\(finding.title)  [\(finding.rule.id)]", first: "  ", rest: "    ").map(style.bold)
    if let remark = finding.remark { lines += wrapped(remark, first: "    ", rest: "    ") }
    if let entry = body.entries.first, body.isSingle {
      lines += facts(entry.change, isShort: false)
    } else if body.isPlain {
      lines += plain(body)
    } else {
      lines += detailed(body)
    }
    for (number, hit) in report.hitLines(of: finding).enumerated() { lines += fact(number == 0 ? "hits" : "", hit) }
    return lines
  }

  /// Fields of which there is nothing to say but their names.
  private func plain(_ body: FindingBody) -> [String] {
    var lines: [String] = []
    if body.haveSamePrograms, !isVerbose {
      lines += wrapped(FindingBody.names(body.entries).joined(separator: ", "), first: "    ", rest: "    ")
    } else {
      for entry in body.entries {
        let programs = body.haveSamePrograms ? nil : report.programs(of: entry.change)
        let text = [entry.name, entry.accesses, programs.map { "for \($0)" } ?? ""].filter { !$0.isEmpty }
        lines += wrapped(text.joined(separator: "  "), first: "    ", rest: "      ")
      }
    }
    return lines + common(body)
  }

  /// Fields with what they were and are; all but the first few by their names.
  private func detailed(_ body: FindingBody) -> [String] {
    var lines: [String] = []
    let shown = isVerbose ? body.entries.count : Self.shownInFull
    for entry in body.entries.prefix(shown) {
      lines += wrapped(
        "\(entry.name)\(entry.change.accesses.isEmpty ? "" : ": \(entry.accesses)")", first: "    ", rest: "      ")
      lines += facts(entry.change, isShort: body.haveSamePrograms, indent: 6)
    }
    let rest = body.entries.dropFirst(shown)
    if !rest.isEmpty {
      let reads = FindingBody.names(rest.filter { !$0.change.isStore })
      let stores = FindingBody.names(rest.filter { $0.change.isStore })
      lines += wrapped("and \(rest.count) more (--verbose shows them)", first: "    ", rest: "      ")
      if !reads.isEmpty { lines += wrapped(reads.joined(separator: ", "), first: "      ", rest: "      ") }
      if !stores.isEmpty { lines += wrapped("stores to \(stores.joined(separator: ", "))", first: "      ", rest: "      ") }
    }
    return lines + common(body)
  }

  private func common(_ body: FindingBody) -> [String] {
    var lines: [String] = []
    if !body.exposes.isEmpty { lines += fact("exposes", body.exposes.joined(separator: ", ")) }
    if body.haveSamePrograms, let first = body.entries.first, let programs = report.programs(of: first.change) {
      lines += fact("for", programs)
    }
    return lines
  }

  /// - Parameter isShort: programs and accesses are told elsewhere.
  private func facts(_ change: Change, isShort: Bool, indent: Int = 4) -> [String] {
    var lines: [String] = []
    if let before = change.before { lines += fact("was", before, indent) }
    if let after = change.after { lines += fact("is", after, indent) }
    if let witness = change.witness { lines += fact("witness", witness, indent) }
    if let remark = change.remark { lines += fact("", remark, indent) }
    if indent == 4 {
      if !change.exposes.isEmpty { lines += fact("exposes", change.exposes.joined(separator: ", ")) }
      if let programs = report.programs(of: change) { lines += fact("for", programs) }
      if !change.accesses.isEmpty { lines += fact("access", FindingBody.compact(change.accesses)) }
    } else if !isShort, let programs = report.programs(of: change) {
      lines += fact("for", programs, indent)
    }
    return lines
  }

  private func lines(_ waived: WaivedFinding) -> [String] {
    let (finding, note) = (waived.finding, waived.note)
    let until = note.expires.map { ", until \($0)" } ?? ""
    return wrapped("\(finding.title)  [\(finding.rule.id)]", first: "  ", rest: "    ")
      + fact("reason", note.reason) + fact("by", "\(note.who), \(note.date)\(until)")
  }

  // MARK: - Lines

  private func wrapped(_ text: String, first: String, rest: String) -> [String] {
    TextLayout.wrapped(Printable.line(text), first: first, rest: rest, width: width)
  }

  /// A label and what it says, the label set apart.
  private func fact(_ label: String, _ text: String, _ indent: Int = 4) -> [String] {
    let first = String(repeating: " ", count: indent) + "\(TextLayout.padded(label, 7)) "
    let lines = wrapped(text, first: first, rest: String(repeating: " ", count: first.count))
    return [style.dim(first) + lines[0].dropFirst(first.count)] + lines.dropFirst()
  }
}
