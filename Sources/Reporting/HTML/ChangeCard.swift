import Comparison

/// A group of changes as a part of a page.
struct ChangeCard {
  let group: ChangeGroup
  private let waiver: WaiverNote?
  /// Its id in the page.
  let anchor: String
  private let report: ComparisonReport

  init(_ group: ChangeGroup, waiver: WaiverNote? = nil, anchor: String, _ report: ComparisonReport) {
    self.group = group
    self.waiver = waiver
    self.anchor = anchor
    self.report = report
  }

  var context: String { group.first.context }
  var severity: Severity { group.rule.severity }
  /// The class that the style sheet knows: the severity, or that it is waived.
  var tone: String { waiver == nil ? severity.rawValue : "waived" }
  /// How far to the front it belongs.
  var rank: Int { waiver == nil ? Severity.allCases.firstIndex(of: severity) ?? 0 : 0 }
  /// `breaking: mark stands at 12 instead of 8`
  var label: String { "\(badgeText): \(group.summary)" }

  private var badgeText: String {
    if waiver != nil { return "waived" }
    return switch severity {
    case .breaking: "breaking"
    case .review: "to review"
    case .addition: "addition"
    case .note: "note"
    case .coverage: "not covered"
    }
  }

  private var badge: Markup { "<span class='badge \(tone)'>\(badgeText)</span>" }

  /// The line in the overview.
  var overviewItem: Markup {
    """
    <li class='\(tone)'>\(badge)<span><a href='#\(anchor)'><code>\(group.place)</code></a> \(rest) <span class='rule'>\(group.rule.id)</span></span></li>

    """
  }

  /// The summary; what repeats the field's name in front is left out.
  private var rest: Markup {
    guard group.isSingle || !group.isPlain else { return Markup(text: group.summary) }
    let others = likewise.isEmpty ? "" : ", \(likewise.count) other\(likewise.count == 1 ? "" : "s") likewise"
    if let field = group.first.field, group.summary.hasPrefix(field + " ") {
      return Markup(text: group.summary.dropFirst(field.count + 1) + others)
    }
    return Markup(text: group.summary + others)
  }

  /// The other fields that the first change stands for.
  private var likewise: [String] {
    group.isPlain ? [] : group.otherFields.filter { $0 != group.first.field }
  }

  // MARK: - In full

  var markup: Markup {
    """
    <article class='change \(tone)' id='\(anchor)' aria-labelledby='\(anchor)-title'>
    <h3 id='\(anchor)-title'>\(badge) <code>\(group.place)</code> \(rest)</h3>
    <p class='small'>\(about)</p>
    \(evidence)\(waiverText)\(explanation)</article>

    """
  }

  private var about: Markup {
    var parts: [Markup] = ["<code>\(group.rule.id)</code>"]
    if let programs = report.programs(of: group.first) {
      parts.append("<span class='label'>for</span>\(Markup(breakable: programs))")
    }
    let accesses = group.first.evidence.accesses
    if group.isSingle || !group.isPlain, !accesses.isEmpty {
      parts.append("<span class='label'>accesses</span>\(Markup(text: Self.compact(accesses)))")
    }
    if !group.first.alsoMatched.isEmpty {
      parts.append("<span class='label'>also</span>\(group.first.alsoMatched.joined(separator: ", "))")
    }
    return parts.joined(" · ")
  }

  /// `read 132:2, 132:4; write 132:4`
  private static func compact(_ accesses: [String]) -> String {
    var kinds: [String] = []
    var places: [String: [String]] = [:]
    for access in accesses {
      let words = access.split(separator: " ", maxSplits: 1).map(String.init)
      guard words.count == 2 else { return accesses.joined(separator: ", ") }
      if places[words[0]] == nil { kinds.append(words[0]) }
      places[words[0], default: []].append(words[1])
    }
    return kinds.map { "\($0) \((places[$0] ?? []).joined(separator: " "))" }.joined(separator: ", ")
  }

  private var evidence: Markup {
    if !group.isSingle, group.isPlain { return items + exposed(group.exposes) }
    let evidence = group.first.evidence
    var result = comparison(evidence.before, evidence.after)
    if let witness = evidence.witness { result += line("witness", "<code>\(Markup(code: witness))</code>") }
    if let remark = evidence.remark { result += "<p class='small'>\(Markup(code: remark))</p>\n" }
    result += exposed(evidence.exposes)
    if !likewise.isEmpty {
      result += line("likewise", likewise.map { "<code>\($0)</code>" as Markup }.joined(", "))
    }
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

  /// The fields of a plain group.
  private var items: Markup {
    let items = group.items
    let isShort = items.allSatisfy { $0.detail == nil }
    let entries = items.map { item -> Markup in "<li><code>\(Markup(code: item.detail ?? item.name))</code></li>\n" }
    return "<ul class='\(isShort ? "names" : "lines")'>\n\(entries)</ul>\n"
  }

  private func exposed(_ members: [String]) -> Markup {
    members.isEmpty
      ? .empty : line("exposes", members.map { "<code>\(Markup(code: $0))</code>" as Markup }.joined(", "))
  }

  private func line(_ label: String, _ content: Markup) -> Markup {
    "<p><span class='label'>\(label)</span>\(content)</p>\n"
  }

  private var waiverText: Markup {
    guard let waiver else { return .empty }
    let until = waiver.expires.map { ", until \($0)" } ?? ""
    return line("accepted by \(waiver.who), \(waiver.date)\(until):", Markup(text: waiver.reason))
  }

  private var explanation: Markup {
    """
    <details class='small'><summary>What this means for a program</summary>
    <p>\(group.rule.sentence) \(group.rule.rationale)</p>
    </details>

    """
  }
}
