import ContextABI
import Foundation
import Reporting
import Testing

/// Reports for terminals and mails keep to their width.
@Suite struct LineWidthTests {
  private static let reports = [Samples.report, Samples.unchanged, Hostile.report]

  @Test(arguments: reports, [60, 80, 120]) func text(_ report: ComparisonReport, _ width: Int) {
    for line in TextReport(report, lowest: .note, width: width).text.split(separator: "\n") {
      #expect(line.count <= width, "\(line)")
    }
  }

  @Test(arguments: [60, 80]) func contexts(_ width: Int) {
    for snapshot in [Samples.old, Samples.new, Hostile.build(isNew: true)] {
      for context in snapshot.contexts {
        let text = ContextText(snapshot, detail: .instructions, width: width)
        for line in text.lines(context) { #expect(line.count <= width, "\(line)") }
      }
    }
  }

  /// Headings and tables are one line by the rules of Markdown; everything else survives a mail.
  @Test(arguments: [Samples.report, Samples.unchanged]) func markdown(_ report: ComparisonReport) {
    for line in ReportFormat.markdown.text(of: report).split(separator: "\n") {
      if line.hasPrefix("#") || line.hasPrefix("|") { continue }
      #expect(line.count <= 78, "\(line)")
    }
  }

  @Test func countsCloseTheMail() {
    let lines = ReportFormat.markdown.text(of: Samples.report).split(separator: "\n")
    #expect(lines.last == "ctxabi: breaking=4 review=0 additions=2 corrections=0 notes=3 waived=1")
  }
}
