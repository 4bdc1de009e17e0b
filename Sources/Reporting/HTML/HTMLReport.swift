import Comparison
import ContextABI

/// Writes a comparison as one page that needs nothing besides itself.
struct HTMLReport {
  private let report: ComparisonReport
  private let cards: [FindingCard]

  init(_ report: ComparisonReport) {
    self.report = report
    let counted = report.verdict.all.enumerated().map { FindingCard($1, anchor: "finding-\($0 + 1)", report) }
    let waived = report.waived.enumerated().map { index, waived in
      FindingCard(waived.finding, waiver: waived.note, anchor: "waived-\(index + 1)", report)
    }
    cards = counted + waived
  }

  var text: String {
    Page(
      title: "Context ABI, \(report.old.title) to \(report.new.title): \(report.headline.lowercased())",
      toolVersion: report.toolVersion, header: header, navigation: navigation,
      content: overview + sections + unchanged + builds
        + (HelperMatrix(report.old.snapshot, report.new.snapshot)?.markup ?? .empty)
    ).text
  }

  // MARK: - Header

  private var header: Markup {
    let severity = report.verdict.uncovered.isEmpty ? report.worst ?? .note : .coverage
    return """
      <p class='kicker'>ctxabi: the context ABI of two kernel builds, compared</p>
      <h1>\(report.old.title) → \(report.new.title)</h1>
      <div class='verdict \(severity.rawValue)'>
      <p class='word'>\(report.headline)</p>
      <p>\(report.sentence)</p>
      \(report.hitSummary.map { "<p>\($0).</p>\n" as Markup } ?? .empty)\
      <ul class='counts'>
      \(counts)</ul>
      \(report.remarks.map { "<p class='small'>\($0)</p>\n" as Markup })</div>
      <div class='choices'>
      \(filters)\(Page.themeChoice)</div>

      """
  }

  private var counts: Markup {
    let present = Severity.allCases.reversed().filter { report.verdict.count($0) > 0 }
    let items = present.map { severity -> Markup in
      let count = report.verdict.count(severity)
      return "<li class='\(severity.rawValue)'><b>\(count)</b> \(ComparisonReport.noun(severity, count))</li>\n"
    }
    let waived: Markup =
      report.waived.isEmpty ? .empty : "<li class='waived'><b>\(report.waived.count)</b> waived</li>\n"
    return items.joined("") + waived
  }

  /// Where the two come from: what nobody needs before the findings.
  private var builds: Markup {
    """
    <section aria-labelledby='builds'>
    <h2 id='builds'>The builds</h2>
    <div class='builds'>
    \(side("Old", report.old))\(side("New", report.new))</div>
    </section>

    """
  }

  private func side(_ label: String, _ side: ComparisonReport.Side) -> Markup {
    let provenance = side.snapshot.provenance
    let facts: [(String, String?)] = [
      ("release", provenance.release), ("architecture", provenance.architecture), ("build ID", provenance.buildID),
      ("compiler", provenance.compiler), ("types from", provenance.types),
    ]
    let rows = facts.compactMap { name, value -> Markup? in
      value.map { "<dt>\(name)</dt><dd>\($0)</dd>\n" }
    }
    return """
      <section aria-label='\(label) build'>
      <h3>\(label): \(side.name)</h3>
      <dl>
      \(rows)</dl>
      </section>

      """
  }

  private var filters: Markup {
    var choices: [(String, String)] = [.breaking, .review, .addition, .correction, .note].compactMap { (severity: Severity) in
      let count = report.verdict.count(severity)
      return count > 0 ? (severity.rawValue, "\(ComparisonReport.heading(severity).lowercased()) (\(count))") : nil
    }
    if !report.waived.isEmpty { choices.append(("waived", "waived (\(report.waived.count))")) }
    guard choices.count > 1 else { return .empty }
    let boxes = choices.map { name, label -> Markup in
      "<label><input type='checkbox' id='show-\(name)' checked='checked' autocomplete='off'/> \(label)</label>\n"
    }
    return """
      <fieldset class='choice'>
      <legend>Show</legend>
      \(boxes)</fieldset>

      """
  }

  private var navigation: Markup {
    let items = contextNames.map { name -> Markup in
      let own = cards.filter { $0.context == name }
      let tone = own.max { $0.rank < $1.rank }?.tone ?? ""
      let tones = Set(own.map(\.tone)).sorted().map { " has-\($0)" }.joined()
      return "<li class='\(tone)\(tones)'><a href='#\(Self.anchor(name))'>\(name)</a></li>\n"
    }
    guard !items.isEmpty else { return .empty }
    return """
      <nav aria-label='Contexts with changes'>
      <ul>
      \(items)</ul>
      </nav>

      """
  }

  // MARK: - Overview

  private var overview: Markup {
    guard !cards.isEmpty else {
      if let leftOut = report.leftOut, leftOut.count > 0 {
        return "<section aria-labelledby='what'>\n<h2 id='what'>What changed</h2>\n<p>\(leftOut.sentence)</p>\n</section>\n\n"
      }
      return """
        <section aria-labelledby='what'>
        <h2 id='what'>What changed</h2>
        <p>Nothing: layouts, accesses and meanings of all \(report.new.snapshot.contexts.count) contexts are the same.</p>
        </section>

        """
    }
    return """
      <section aria-labelledby='what'>
      <h2 id='what'>What changed</h2>
      \(list(cards.filter { $0.severity > .note }))\(notes)</section>

      """
  }

  private func list(_ cards: [FindingCard]) -> Markup {
    cards.isEmpty ? .empty : "<ul class='overview'>\n\(cards.map(\.overviewItem))</ul>\n"
  }

  private var notes: Markup {
    let notes = cards.filter { $0.severity == .note }
    guard !notes.isEmpty else { return .empty }
    let count = report.verdict.count(.note)
    return """
      <details class='notes'>
      <summary>\(count) \(count == 1 ? "note" : "notes") that no program notices</summary>
      \(list(notes))</details>

      """
  }

  // MARK: - Contexts

  /// What has cards, that with the worst changes first.
  private var contextNames: [String] {
    var worst: [String: Int] = [:]
    for card in cards { worst[card.context] = max(worst[card.context] ?? -1, card.rank) }
    return worst.sorted { (-$0.value, $0.key) < (-$1.value, $1.key) }.map(\.key)
  }

  private var sections: Markup {
    contextNames.map { name in
      ContextSection(
        name, report, cards: cards.filter { $0.context == name },
        touching: cards.filter { $0.finding.contexts.contains(name) }, anchor: Self.anchor(name)
      ).markup
    }.joined("")
  }

  private var unchanged: Markup {
    let changed = Set((cards.map(\.finding) + (report.leftOut?.findings ?? [])).flatMap(\.contexts))
    let same = report.new.snapshot.contexts.filter { !changed.contains($0.name) }
    guard !same.isEmpty else { return .empty }
    let items = same.map { context -> Markup in "<li><code>\(context.name)</code></li>\n" }
    return """
      <section aria-labelledby='unchanged'>
      <h2 id='unchanged'>Without any change</h2>
      <ul class='names'>
      \(items)</ul>
      </section>

      """
  }

  /// The id of a context's section.
  static func anchor(_ name: String) -> String {
    "context-" + name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? String($0) : "_" }.joined()
  }
}
