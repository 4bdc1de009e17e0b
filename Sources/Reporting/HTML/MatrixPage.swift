import Comparison
import ContextABI

/// Writes the verdicts on all pairs of some builds as one page: a row an older build, a column a newer one.
struct MatrixPage {
  private let matrix: BuildMatrix

  init(_ matrix: BuildMatrix) { self.matrix = matrix }

  var text: String {
    Page(
      title: "Context ABI, \(matrix.sides.count) kernel builds, each against each", toolVersion: matrix.toolVersion,
      header: header, navigation: .empty, content: content, isWide: true
    ).text
  }

  private var header: Markup {
    """
    <p class='kicker'>ctxabi: the context ABI of \(matrix.sides.count) kernel builds, each against each</p>
    <h1>From any kernel to any newer one</h1>
    <p>What changes for BPF programs that go from the kernel of a row to the kernel of a column: the verdict, and how many
    findings there are of each severity. The newest kernels come first.</p>
    \(history)<div class='choices'>
    \(Page.themeChoice)</div>

    """
  }

  private var history: Markup {
    guard let address = matrix.reports["history"] else { return .empty }
    return "<p><a href='\(address)'>Field by field through all of these kernels</a></p>\n"
  }

  private var content: Markup {
    let newer = matrix.sides.indices.dropLast()
    let heads = newer.map { index -> Markup in
      let side = matrix.sides[index]
      return "<th scope='col'>\(side.version)<br/><span class='faint'>\(Markup(breakable: side.name))</span></th>"
    }
    let rows = matrix.sides.indices.dropFirst().map { old -> Markup in
      let side = matrix.sides[old]
      let cells = newer.map { cell(old, $0) }
      return """
        <tr><th scope='row'>\(side.version)<br/><span class='faint'>\(Markup(breakable: side.name))</span></th>\(cells)</tr>

        """
    }
    return """
      <section aria-labelledby='pairs'>
      <h2 id='pairs'>Each pair</h2>
      <div class='scroll' role='region' aria-label='Verdicts by older and newer build' tabindex='0'>
      <table class='history'>
      <caption><span class='badge breaking'>breaking</span> <span class='badge review'>to review</span> \
      <span class='badge addition'>additions</span> <span class='badge correction'>corrections</span>; underlined where \
      there is a report</caption>
      <thead><tr><th scope='col'>from \\ to</th>\(heads)</tr></thead>
      <tbody>
      \(rows)</tbody>
      </table>
      </div>
      </section>

      """
  }

  private func cell(_ old: Int, _ new: Int) -> Markup {
    guard let pair = matrix.pair(old: old, new: new) else { return "<td class='none'></td>" }
    let badges = pair.counts.map { severity, count -> Markup in
      let label = "\(count) \(ComparisonReport.noun(severity, count))"
      return "<span class='badge \(severity.rawValue)' title='\(label)'>\(count)<span class='hidden'> \(label)</span></span> "
    }
    let name = "\(matrix.sides[old].name)..\(matrix.sides[new].name)"
    let headline: Markup = matrix.reports[name].map { "<a href='\($0)'>\(pair.headline)</a>" } ?? "\(pair.headline)"
    return "<td class='there'>\(headline)<br/>\(badges)</td>"
  }
}
