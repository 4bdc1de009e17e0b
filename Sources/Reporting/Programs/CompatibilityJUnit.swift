import Compatibility
import Programs

/// Writes a table of programs and builds as JUnit XML: a test suite a build, a test case a program.
struct CompatibilityJUnit {
  let report: CompatibilityReport

  init(_ report: CompatibilityReport) { self.report = report }

  var text: String {
    let table = report.table
    let xml: Markup = """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="ctxabi compat" \(counts(table.rows.flatMap(\.judgements)))>
      \(table.builds.indices.map(suite))</testsuites>

      """
    return xml.source
  }

  private func counts(_ judgements: [ProgramJudgement]) -> Markup {
    func count(_ verdicts: Set<ProgramJudgement.Verdict>) -> Int { judgements.filter { verdicts.contains($0.verdict) }.count }
    let skipped = judgements.filter(\.hasNoFixedContext).count
    return
      "tests=\"\(judgements.count)\" failures=\"\(count([.refused, .differs]))\" errors=\"\(count([.unknown]) - skipped)\" skipped=\"\(skipped)\""
  }

  private func suite(_ index: Int) -> Markup {
    """
      <testsuite name="\(report.table.builds[index].name)" \(counts(report.table.rows.map { $0.judgements[index] }))>
    \(report.table.rows.map { test($0, index) })  </testsuite>

    """
  }

  private func test(_ row: CompatibilityTable.Row, _ index: Int) -> Markup {
    let judgement = row.judgements[index]
    let attributes: Markup = "classname=\"\(row.program.object)\" name=\"\(row.program.program)\""
    guard let reason = report.reason(judgement) else { return "    <testcase \(attributes)/>\n" }
    let message = reason + (report.need(row, index).map { "; \($0)" } ?? "")
    let content: Markup =
      switch judgement.verdict {
      case .unknown where judgement.hasNoFixedContext: "<skipped message=\"\(message)\"/>"
      case .unknown: "<error type=\"unknown\" message=\"\(message)\"/>"
      case .loads, .refused, .differs: "<failure type=\"\(judgement.verdict.rawValue)\" message=\"\(message)\"/>"
      }
    return """
          <testcase \(attributes)>
            \(content)
          </testcase>

      """
  }
}
