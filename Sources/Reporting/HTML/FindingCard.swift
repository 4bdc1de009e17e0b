import Comparison

/// A finding as a part of a page.
struct FindingCard {
  let finding: Finding
  private let body: FindingBody
  private let waiver: WaiverNote?
  /// Its id in the page.
  let anchor: String
  private let report: ComparisonReport

  init(_ finding: Finding, waiver: WaiverNote? = nil, anchor: String, _ report: ComparisonReport) {
    self.finding = finding
    body = FindingBody(finding)
    self.waiver = waiver
    self.anchor = anchor
    self.report = report
  }

  /// The section that it stands in.
  var context: String { finding.context }
  var severity: Severity { finding.rule.severity }
  /// The class that the style sheet knows: the severity, or that it is waived.
  var tone: String { waiver == nil ? severity.rawValue : "waived" }
  /// How far to the front it belongs.
  var rank: Int { waiver == nil ? Severity.allCases.firstIndex(of: severity) ?? 0 : 0 }
  /// `breaking: __sk_buff.mark is at offset 12 instead of 8`
  var label: String { "\(badgeText): \(finding.title)" }

  private var badgeText: String {
    if waiver != nil { return "waived" }
    return switch severity {
    case .breaking: "breaking"
    case .review: "to review"
    case .addition: "addition"
    case .correction: "correction"
    case .note: "note"
    case .coverage: "not covered"
    }
  }

  private var badge: Markup { "<span class='badge \(tone)'>\(badgeText)</span>" }

  /// The title, the place in front as code.
  private var title: Markup {
    let place = finding.place
    guard finding.title.hasPrefix(place + " ") else { return Markup(text: finding.title) }
    return "<code>\(place)</code> \(Markup(text: String(finding.title.dropFirst(place.count + 1))))"
  }

  /// The line in the overview.
  var overviewItem: Markup {
    """
    <li class='\(tone)'>\(badge)<span><a href='#\(anchor)'>\(title)</a> <span class='rule'>\(finding.rule.id)</span></span></li>

    """
  }

  // MARK: - In full

  var markup: Markup {
    """
    <article class='change \(tone)' id='\(anchor)' aria-labelledby='\(anchor)-title'>
    <h3 id='\(anchor)-title'>\(badge) \(title)</h3>
    <p class='small'>\(about)</p>
    \(remark)\(content)\(hits)\(waiverText)\(explanation)</article>

    """
  }

  private var remark: Markup {
    finding.remark.map { "<p>\(Markup(code: $0))</p>\n" } ?? .empty
  }

  private var about: Markup {
    var parts: [Markup] = ["<code>\(finding.rule.id)</code>"]
    if body.haveSamePrograms, let first = body.entries.first, let programs = report.programs(of: first.change) {
      parts.append("<span class='label'>for</span>\(Markup(breakable: programs))")
    }
    if body.isSingle, let entry = body.entries.first, !entry.change.accesses.isEmpty {
      parts.append("<span class='label'>accesses</span>\(Markup(text: entry.accesses))")
    }
    return parts.joined(" · ")
  }

  private var content: Markup {
    if body.isSingle, let entry = body.entries.first { return evidence(entry.change) + exposed(entry.change.exposes) }
    if body.isPlain { return names + exposed(body.exposes) }
    let shown = body.entries.prefix(Self.shownInFull).map(section).joined("")
    let rest = body.entries.dropFirst(Self.shownInFull)
    guard !rest.isEmpty else { return shown + exposed(body.exposes) }
    let more = FindingBody.names(rest).map { "<code>\($0)</code>" as Markup }.joined(", ")
    return shown + """
      <details>
      <summary>\(rest.count) more of the same edit</summary>
      \(rest.map(section).joined(""))</details>
      <p class='small'>\(more)</p>

      """ + exposed(body.exposes)
  }

  /// So many fields of a finding are open.
  private static let shownInFull = 3

  /// One field of several.
  private func section(_ entry: FindingBody.Entry) -> Markup {
    var head: Markup = "<code>\(entry.name)</code>"
    if !entry.change.accesses.isEmpty { head += " <span class='faint'>\(entry.accesses)</span>" }
    if !body.haveSamePrograms, let programs = report.programs(of: entry.change) {
      head += " <span class='label'>for</span>\(Markup(breakable: programs))"
    }
    return "<p class='small'>\(head)</p>\n\(evidence(entry.change))"
  }

  private func evidence(_ change: Change) -> Markup {
    var result = comparison(change.before, change.after)
    if let witness = change.witness { result += line("witness", "<code>\(Markup(code: witness))</code>") }
    if let remark = change.remark { result += "<p class='small'>\(Markup(code: remark))</p>\n" }
    return result
  }

  private func comparison(_ before: String?, _ after: String?) -> Markup {
    let texts: [(String, Markup)] =
      switch (before, after) {
      case (let before?, let after?):
        { [("was", $0.before), ("is", $0.after)] }(TextDifference(before, after))
      case (let before?, nil): [("was", Markup(code: before))]
      case (nil, let after?): [("is", Markup(code: after))]
      case (nil, nil): []
      }
    guard !texts.isEmpty else { return .empty }
    return """
      <div class='compare'>
      \(texts.map { "<div><h4>\($0)</h4><pre>\($1)</pre></div>\n" })</div>

      """
  }

  /// Fields of which there is nothing to say but their names.
  private var names: Markup {
    let entries = FindingBody.names(body.entries).map { name -> Markup in "<li><code>\(Markup(code: name))</code></li>\n" }
    return "<ul class='names'>\n\(entries)</ul>\n"
  }

  private func exposed(_ members: [String]) -> Markup {
    members.isEmpty
      ? .empty : line("exposes", members.map { "<code>\(Markup(code: $0))</code>" as Markup }.joined(", "))
  }

  private func line(_ label: String, _ content: Markup) -> Markup {
    "<p><span class='label'>\(label)</span>\(content)</p>\n"
  }

  /// Who is hit.
  private var hits: Markup {
    let lines = report.hits(of: finding).map { "<li><code>\($0.text)</code></li>\n" as Markup }
    guard !lines.isEmpty else { return .empty }
    let count = "Hits \(lines.count) program\(lines.count == 1 ? "" : "s")"
    return "<details open='open'>\n<summary>\(count)</summary>\n<ul>\n\(lines)</ul>\n</details>\n"
  }

  private var waiverText: Markup {
    guard let waiver else { return .empty }
    let until = waiver.expires.map { ", until \($0)" } ?? ""
    return line("accepted by \(waiver.who), \(waiver.date)\(until):", Markup(text: waiver.reason))
  }

  private var explanation: Markup {
    """
    <details class='small'><summary>What this means for a program</summary>
    <p>\(finding.rule.sentence) \(finding.rule.rationale)</p>
    </details>

    """
  }
}
