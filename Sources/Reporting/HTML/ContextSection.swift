import Comparison
import ContextABI

/// What changed in one context: its layouts, who may access what, and each change.
struct ContextSection {
  private let name: String
  private let report: ComparisonReport
  private let cards: [FindingCard]
  /// All that touch the context, those of several contexts included.
  private let touching: [FindingCard]
  private let anchor: String
  private let old: Context?
  private let new: Context?
  private let pairs: [MemberPair]

  init(_ name: String, _ report: ComparisonReport, cards: [FindingCard], touching: [FindingCard], anchor: String) {
    self.name = name
    self.report = report
    self.cards = cards
    self.touching = touching
    self.anchor = anchor
    old = report.old.context(name)
    new = report.new.context(name)
    let renamed = Set(
      touching.filter { $0.finding.rule.id == Rule.fieldRenamed.id }.flatMap { $0.finding.changes.compactMap(\.field) })
    pairs = MemberPair.pairs(old?.layout, new?.layout, renamed: renamed)
  }

  var markup: Markup {
    """
    <section id='\(anchor)' class='context' aria-labelledby='\(anchor)-title'>
    <h2 id='\(anchor)-title'>\(title)</h2>
    \(subtitle)\(body)</section>

    """
  }

  /// The layouts, and the changes beside or below them.
  private var body: Markup {
    let changes = access + cards.map(\.markup).joined("")
    guard let map else { return changes }
    let isSame = old?.layout == new?.layout
    let layouts: Markup = "\(figure(map))\(table)"
    // Where no program notices anything, the layout is no news.
    guard cards.contains(where: { $0.severity > .note }) || !isSame else {
      return "<details>\n<summary>The layout (unchanged)</summary>\n\(layouts)</details>\n\(changes)"
    }
    return """
      <div class='\(isSame ? "beside" : "below")'>
      <div>
      \(layouts)</div>
      <div>
      \(changes)</div>
      </div>

      """
  }

  private var title: Markup {
    switch name {
    case Change.programs: "Programs"
    case Change.helpers: "Helpers"
    case Change.everything: "All contexts"
    case Change.several: "Several contexts"
    case Change.kernel: "Kernel"
    case Change.configuration: "Configuration"
    case Change.coverage: "Coverage"
    default: (new ?? old).map { $0.layout.size > 0 } == true ? "<code>struct \(name)</code>" : "<code>\(name)</code>"
    }
  }

  private var subtitle: Markup {
    guard let side = new != nil ? report.new : old != nil ? report.old : nil else { return .empty }
    let programs = side.snapshot.programs.filter { $0.context == name }
    let kernel = Set(programs.map(\.kernelContext)).sorted()
    var parts: [Markup] = []
    if let header = side.snapshot.provenance.declarations[name] { parts.append("declared in <code>\(header)</code>") }
    if !kernel.isEmpty {
      parts.append("in the kernel \(kernel.map { "<code>\($0)</code>" as Markup }.joined(", "))")
    }
    let types = ProgramNames([]).text(Set(programs.map { $0.name.hasPrefix("ptr:") ? $0.name : $0.type }))
    if !types.isEmpty { parts.append("seen by \(Markup(breakable: types))") }
    return parts.isEmpty ? .empty : "<p class='small faint'>\(parts.joined("; "))</p>\n"
  }

  // MARK: - Layouts

  private var map: ByteMap? {
    ByteMap(
      name, old: old?.layout ?? Self.nothing, new: new?.layout ?? Self.nothing, pairs: pairs, links: links,
      titles: (report.old.title, report.new.title))
  }

  private func figure(_ map: ByteMap) -> Markup {
    """
    <figure>
    <div class='scroll' role='region' aria-label='Layout of \(name)' tabindex='0'>
    \(map.svg)</div>
    <figcaption>\(caption(map))</figcaption>
    </figure>

    """
  }

  private static let nothing = Layout(size: 0, alignment: 0, members: [])

  private func caption(_ map: ByteMap) -> Markup {
    let text: Markup =
      map.isSame
      ? "\(new?.layout.size ?? 0) bytes, to scale; the layout is the same on both sides."
      : "\(old?.layout.size ?? 0) bytes and \(new?.layout.size ?? 0) bytes, to scale; offsets in bytes."
    let fates = Set(pairs.map(\.fate)).subtracting([.same])
    let order: [MemberPair.Fate] = [.moved, .resized, .retyped, .renamed, .removed, .added]
    let entries = order.filter(fates.contains).map { fate -> Markup in
      let tone = fate == .added ? "addition" : fate == .renamed ? "review" : "breaking"
      return "<li class='\(tone)'><i class='\(fate.rawValue)'></i>\(fate.rawValue)</li>\n"
    }
    let marks: Markup =
      links.isEmpty ? .empty : "<li>● changed in access or meaning (a link to the change)</li>\n"
    guard !entries.isEmpty || !links.isEmpty else { return text }
    return "\(text)\n<ul class='legend'>\n\(entries)\(marks)</ul>"
  }

  /// The worst change that tells of each member's accesses.
  private var links: [String: ByteMap.Link] {
    var result: [String: ByteMap.Link] = [:]
    let names = Set(pairs.flatMap { [$0.old?.name, $0.new?.name] }.compactMap(\.self))
    for card in touching where card.severity > .note {
      for field in card.finding.changes.filter({ $0.context == self.name }).compactMap(\.field) {
        let name = names.contains(field) ? field : field.memberName
        if result[name] == nil {
          result[name] = ByteMap.Link(target: card.anchor, severity: card.tone, text: card.label)
        }
      }
    }
    return result
  }

  private var table: Markup {
    let rows = pairs.map { pair -> Markup in
      let member = pair.new ?? pair.old
      let isChanged = pair.fate != .same
      return """
        <tr><th scope='row'><code>\(pair.name)</code></th><td><code>\(member?.type ?? "")</code></td>\
        <td class='number'>\(pair.old?.placeText ?? "–")</td><td class='number'>\(pair.old?.sizeText ?? "–")</td>\
        <td class='number'>\(pair.new?.placeText ?? "–")</td><td class='number'>\(pair.new?.sizeText ?? "–")</td>\
        <td>\(isChanged ? pair.fate.rawValue : "")</td></tr>

        """
    }
    return """
      <details class='screen'>
      <summary>The layout as a table</summary>
      <div class='scroll' role='region' aria-label='Layout of \(name) as a table' tabindex='0'>
      <table>
      <thead><tr><th scope='col'>member</th><th scope='col'>type</th><th scope='col'>old offset</th>\
      <th scope='col'>old size</th><th scope='col'>new offset</th><th scope='col'>new size</th><th scope='col'>change</th></tr></thead>
      <tbody>
      \(rows)</tbody>
      </table>
      </div>
      </details>

      """
  }

  // MARK: - Accesses

  private var access: Markup {
    let programs = [report.old, report.new].map { side in side.snapshot.programs.filter { $0.context == name } }
    let names = programs.map { Set($0.map(\.name)) }
    guard old != nil || new != nil else { return .empty }
    let matrix = AccessMatrix(old: old, new: new, pairs: pairs, programs: (names[0], names[1]))
    guard !matrix.fields.isEmpty else { return .empty }
    let all = programs[0] + programs[1]
    let table = AccessTable(matrix, ProgramNames(all)).markup
    return """
      <details\(matrix.isChanged ? " open='open'" as Markup : " class='screen'")>
      <summary>Who may read and write\(matrix.isChanged ? "" : " (unchanged)")</summary>
      \(table)</details>

      """
  }
}
