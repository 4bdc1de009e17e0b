import Comparison
import ContextABI

/// Writes a history as one page: field by kernel version, with what happened to each field and when.
struct HistoryPage {
  private let history: KernelHistory
  private let contexts: [ContextHistory]
  /// The cards of each step, by its number.
  private let cards: [[FindingCard]]

  init(_ history: KernelHistory) {
    self.history = history
    contexts = history.contextNames.map { ContextHistory($0, history) }
    cards = history.steps.enumerated().map { step, report in
      // Notes are counted, not told: no program notices them.
      let told = report.verdict.all.filter { $0.rule.severity > .note }
      return told.enumerated().map { index, finding in
        FindingCard(finding, anchor: "step-\(step + 1)-\(index + 1)", report)
      }
    }
  }

  var text: String {
    let first = history.stages.first?.title ?? ""
    let last = history.stages.last?.title ?? ""
    return Page(
      title: "Context ABI history, \(first) to \(last)", toolVersion: history.toolVersion, header: header(first, last),
      navigation: navigation,
      content: overview + legend + index + contexts.map(section).joined("") + others
        + (history.showsHelpers ? HelperHistory(history, heads: stageHeads).markup : .empty),
      isWide: true
    ).text
  }

  private func header(_ first: String, _ last: String) -> Markup {
    """
    <p class='kicker'>ctxabi: the context ABI through \(history.stages.count) kernel builds</p>
    <h1>\(first) → \(last)</h1>
    <p>What BPF programs see of the kernel, field by kernel build: when each field appeared, moved, changed its meaning or
    went away, and who may read and write it.</p>
    \(history.leftOut.map { "<p>\($0.sentence)</p>\n" as Markup } ?? .empty)\
    <div class='choices'>
    \(Page.themeChoice)</div>

    """
  }

  private var navigation: Markup {
    let items = contexts.map { context -> Markup in
      "<li><a href='#\(HTMLReport.anchor(context.name))'>\(context.name)</a></li>\n"
    }
    return "<nav aria-label='Contexts'>\n<ul>\n\(items)</ul>\n</nav>\n"
  }

  // MARK: - Overview

  /// Context by build: how much changed.
  private var overview: Markup {
    let names = Set(cards.joined().map(\.context)).union(contexts.map(\.name)).sorted()
    let rows = names.map { name -> Markup in
      let head: Markup = contexts.contains { $0.name == name } ? "<code>\(name)</code>" : "\(name)"
      let cells = history.steps.indices.reversed().map { overviewCell(cards[$0].filter { $0.context == name }) }
      return
        "<tr><th scope='row'><a href='#\(HTMLReport.anchor(name))'>\(head)</a></th>\(cells)<td class='none'>·</td></tr>\n"
    }
    return """
      <section aria-labelledby='overview'>
      <h2 id='overview'>What changed when</h2>
      <div class='scroll' role='region' aria-label='Changes by context and build' tabindex='0'>
      <table class='history'>
      <caption>Changes from the build before: <span class='badge breaking'>breaking</span> \
      <span class='badge review'>to review</span> <span class='badge addition'>addition</span> \
      <span class='badge correction'>correction</span></caption>
      <thead><tr><th scope='col'>context</th>\(stageHeads)</tr></thead>
      <tbody>
      \(rows)</tbody>
      </table>
      </div>
      </section>

      """
  }

  private func overviewCell(_ cards: [FindingCard]) -> Markup {
    let badges = [Severity.coverage, .breaking, .review, .addition, .correction].compactMap { (severity: Severity) -> Markup? in
      let found = cards.filter { $0.severity == severity }
      guard let first = found.first else { return nil }
      let count = found.count
      let label = "\(count) \(ComparisonReport.noun(severity, count))"
      return
        "<a class='badge \(first.tone)' href='#\(first.anchor)' title='\(label)'>\(count)<span class='hidden'> \(label)</span></a> "
    }
    return badges.isEmpty ? "<td class='none'>·</td>" : "<td>\(badges)</td>"
  }

  /// A short head a build, the newest first.
  private var stageHeads: [Markup] {
    let isOfOneArchitecture = Set(history.stages.map(\.snapshot.provenance.architecture)).count == 1
    return history.stages.indices.reversed().map { index in
      let (side, provenance) = (history.stages[index], history.stages[index].snapshot.provenance)
      let rest = provenance.release.dropFirst(side.version.count).drop { "+-".contains($0) }
      let below = (rest.isEmpty ? [] : [String(rest)]) + (isOfOneArchitecture && !rest.isEmpty ? [] : [provenance.architecture])
      return """
        <th scope='col' title='\(provenance.release), \(provenance.architecture)'>\(side.version)<br/>\
        <span class='faint'>\(Markup(breakable: below.joined(separator: " ")))</span>\(reportLink(to: index))</th>
        """
    }
  }

  /// A link to the report of what changed since the build before.
  private func reportLink(to index: Int) -> Markup {
    guard history.hasReportsBeside, index > 0 else { return "" }
    let file = "\(history.stages[index - 1].name)..\(history.stages[index].name).html"
    return "<br/><a href='\(file)'>report</a>"
  }

  // MARK: - Words and fields

  /// What every word and sign of the tables stands for.
  private var legend: Markup {
    let words = HistoryTable.legend(contexts).map { word, tone, text -> Markup in
      "<dt>\(tone.isEmpty ? "<code>\(word)</code>" : "<span class='badge \(tone)'>\(word)</span>" as Markup)</dt><dd>\(text)</dd>\n"
    }
    return """
      <section aria-labelledby='legend'>
      <h2 id='legend'>What the words mean</h2>
      <details>
      <summary>\(words.count) words and signs</summary>
      <dl class='words'>
      \(words)</dl>
      </details>
      </section>

      """
  }

  /// Every field, in the order of the alphabet: what a reader looks for by its name.
  private var index: Markup {
    let fields = contexts.flatMap { context in context.rows.map { (context.name, $0.field) } }
    let sorted = fields.sorted { ($0.1, $0.0) < ($1.1, $1.0) }
    guard !sorted.isEmpty else { return .empty }
    let items = sorted.map { context, field -> Markup in
      "<li><a href='#\(HistoryTable.anchor(context, field))'><code>\(field.shownField)</code></a> <span class='faint'>\(context)</span></li>\n"
    }
    return """
      <section aria-labelledby='fields'>
      <h2 id='fields'>Find a field</h2>
      <details>
      <summary>\(sorted.count) fields by name</summary>
      <ul class='names'>
      \(items)</ul>
      </details>
      </section>

      """
  }

  // MARK: - Contexts

  private func section(_ context: ContextHistory) -> Markup {
    let anchor = HTMLReport.anchor(context.name)
    let table = HistoryTable(context, cards: cards, heads: stageHeads, versions: history.stages.map(\.version)).markup
    let isChanged = cards.joined().contains { $0.context == context.name }
    let content: Markup =
      isChanged
      ? table + steps(of: context.name)
      : "<details>\n<summary>No change (\(context.rows.count) fields)</summary>\n\(table)</details>\n"
    return """
      <section id='\(anchor)' aria-labelledby='\(anchor)-title'>
      <h2 id='\(anchor)-title'><code>\(context.name)</code></h2>
      \(content)</section>

      """
  }

  /// The changes of one context, or of what is no context's, step by step.
  private func steps(of name: String) -> Markup {
    history.steps.indices.map { step -> Markup in
      let found = cards[step].filter { $0.context == name }
      guard !found.isEmpty else { return .empty }
      let report = history.steps[step]
      return """
        <details>
        <summary>\(report.old.title) → \(report.new.title): \(found.count) finding\(found.count == 1 ? "" : "s")</summary>
        \(found.map(\.markup))</details>

        """
    }.joined("")
  }

  /// What is no context's: program types, kinds of accesses, the configuration.
  private var others: Markup {
    let names = Set(cards.joined().map(\.context)).subtracting(contexts.map(\.name)).sorted()
    return names.map { name -> Markup in
      let anchor = HTMLReport.anchor(name)
      return """
        <section id='\(anchor)' aria-labelledby='\(anchor)-title'>
        <h2 id='\(anchor)-title'>\(name)</h2>
        \(steps(of: name))</section>

        """
    }.joined("")
  }
}
