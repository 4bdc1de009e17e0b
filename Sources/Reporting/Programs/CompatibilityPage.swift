import Compatibility
import Programs

/// Writes a table of programs and builds as a page of its own.
struct CompatibilityPage {
  let report: CompatibilityReport

  init(_ report: CompatibilityReport) { self.report = report }

  var text: String {
    Page(
      title: "BPF programs by kernel", toolVersion: report.toolVersion, header: header, navigation: .empty,
      content: table + details
    ).text
  }

  private var header: Markup {
    """
    <p class='kicker'>ctxabi: where BPF programs load</p>
    <h1>BPF programs by kernel</h1>
    <p>\(report.summary). A program loads as far as its accesses to contexts and the helpers that it calls go.</p>
    <div class='choices'>
    \(Page.themeChoice)</div>

    """
  }

  private var table: Markup {
    let heads = report.table.builds.map { "<th scope='col'>\(Markup(breakable: $0.name))</th>" as Markup }
    let rows = report.table.rows.enumerated().map { number, row -> Markup in
      let cells = row.judgements.map { judgement -> Markup in
        "<td>\(badge(judgement, report.reason(judgement)))</td>"
      }
      let name: Markup = "<code>\(row.program.object): \(row.program.program)</code>"
      let isFine = row.judgements.allSatisfy { $0.verdict == .loads }
      return "<tr><th scope='row'>\(isFine ? name : "<a href='#program-\(number + 1)'>\(name)</a>")</th>\(cells)</tr>\n"
    }
    return """
      <section aria-labelledby='overview'>
      <h2 id='overview'>Programs and builds</h2>
      <div class='scroll' role='region' aria-label='Programs and builds' tabindex='0'>
      <table class='history'>
      <thead><tr><th scope='col'>program</th>\(heads)</tr></thead>
      <tbody>
      \(rows)</tbody>
      </table>
      </div>
      </section>

      """
  }

  private func badge(_ judgement: ProgramJudgement, _ reason: String?) -> Markup {
    let tone =
      switch judgement.verdict {
      case .loads: "addition"
      case .refused: "breaking"
      case .differs, .unknown: "review"
      }
    return "<span class='badge \(tone)' title='\(reason ?? "")'>\(judgement.verdict.rawValue)</span>"
  }

  private var details: Markup {
    report.table.rows.enumerated().map { number, row -> Markup in
      let items = row.judgements.enumerated().compactMap { index, judgement -> Markup? in
        guard let reason = report.reason(judgement) else { return nil }
        let need = report.need(row, index).map { "; \($0)" } ?? ""
        return "<li><code>\(report.table.builds[index].name)</code>: \(badge(judgement, nil)) \(reason)\(need)</li>\n"
      }
      guard !items.isEmpty else { return .empty }
      let anchor = "program-\(number + 1)"
      return """
        <section id='\(anchor)' aria-labelledby='\(anchor)-title'>
        <h2 id='\(anchor)-title'><code>\(row.program.object): \(row.program.program)</code></h2>
        <ul>
        \(items)</ul>
        </section>

        """
    }.joined("")
  }
}
