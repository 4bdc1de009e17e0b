import Compatibility
import Programs

/// Writes a table of programs and builds as Markdown: a row a program, a column a build, and below what is refused and why.
struct CompatibilityMarkdown {
  let report: CompatibilityReport

  init(_ report: CompatibilityReport) { self.report = report }

  var text: String {
    let builds = report.table.builds.map { cell($0.name) }
    var lines = ["# BPF programs by kernel", "", MarkdownReport.prose(report.summary) + ".", ""]
    lines.append("| program | " + builds.joined(separator: " | ") + " |")
    lines.append("| --- |" + builds.map { _ in " --- |" }.joined())
    for row in report.table.rows {
      let name = cell("\(row.program.object): \(row.program.program)")
      lines.append("| \(name) | " + row.judgements.map(\.verdict.rawValue).joined(separator: " | ") + " |")
    }
    lines += details
    return lines.joined(separator: "\n") + "\n"
  }

  private var details: [String] {
    var lines: [String] = []
    for row in report.table.rows where row.judgements.contains(where: { $0.verdict != .loads }) {
      lines += ["", "## \(code("\(row.program.object): \(row.program.program)"))", ""]
      for (index, judgement) in row.judgements.enumerated() {
        guard let reason = report.reason(judgement) else { continue }
        let need = report.need(row, index).map { " It \(MarkdownReport.prose($0))." } ?? ""
        lines.append(
          "- \(code(report.table.builds[index].name)): \(judgement.verdict.rawValue). \(MarkdownReport.prose(reason)).\(need)")
      }
    }
    return lines
  }

  private func code(_ text: String) -> String { MarkdownReport.code(text).replacing("\u{1}", with: " ") }
  private func cell(_ text: String) -> String { code(text).replacing("|", with: "\\|") }
}
