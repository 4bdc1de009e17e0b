import Compatibility
import Programs

/// Writes a table of programs and builds for a terminal: of each program, builds that say the same in one line.
struct CompatibilityText {
  let report: CompatibilityReport
  let width: Int
  let style: Style

  init(_ report: CompatibilityReport, width: Int, style: Style) {
    self.report = report
    self.width = width
    self.style = style
  }

  var text: String {
    var lines: [String] = []
    var object: String?
    for row in report.table.rows {
      if row.program.object != object {
        if object != nil { lines.append("") }
        lines.append(style.bold(Printable.line(row.program.object)))
        object = row.program.object
      }
      lines += program(row)
    }
    lines += ["", report.summary]
    return lines.joined(separator: "\n") + "\n"
  }

  private func program(_ row: CompatibilityTable.Row) -> [String] {
    let kind = row.program.kind?.description ?? "unknown program type"
    var lines = [Printable.line("  \(row.program.program) (\(kind))")]
    for group in groups(row) {
      let judgement = row.judgements[group[0]]
      let word = TextLayout.padded(judgement.verdict.rawValue, 8)
      let isWhole = group.count == row.judgements.count && group.count > 1
      let names = isWhole ? "all \(group.count) builds" : group.map { report.table.builds[$0].name }.joined(separator: ", ")
      let wrapped = TextLayout.wrapped(
        Printable.line(names), first: "    \(word)  ", rest: String(repeating: " ", count: 14), width: width)
      lines += wrapped.enumerated().map {
        $0.offset == 0 ? $0.element.replacing(word, with: coloured(word, judgement)) : $0.element
      }
      if let reason = report.reason(judgement) { lines += detail(reason) }
      if let need = report.need(row, group[0]) { lines += detail(need) }
      if let witness = judgement.difference?.change.witness { lines += detail("witness: \(witness)") }
    }
    return lines
  }

  private func coloured(_ word: String, _ judgement: ProgramJudgement) -> String {
    switch judgement.verdict {
    case .loads: word
    case .refused: style.severity(word, .breaking)
    case .differs, .unknown: style.severity(word, .review)
    }
  }

  private func detail(_ text: String) -> [String] {
    let margin = String(repeating: " ", count: 14)
    return TextLayout.wrapped(Printable.line(text), first: margin, rest: margin + "  ", width: width)
  }

  /// The builds that say the same, by the first of each.
  private func groups(_ row: CompatibilityTable.Row) -> [[Int]] {
    var result: [[Int]] = []
    var places: [String: Int] = [:]
    for (index, judgement) in row.judgements.enumerated() {
      let key = "\(judgement.verdict) \(report.reason(judgement) ?? "") \(report.need(row, index) ?? "")"
      if let place = places[key] {
        result[place].append(index)
      } else {
        places[key] = result.count
        result.append([index])
      }
    }
    return result
  }
}
