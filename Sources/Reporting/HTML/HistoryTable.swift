import Comparison

/// Writes the history of one context as a table: a row a field, a column a build.
struct HistoryTable {
  private let context: ContextHistory
  private let cards: [[FindingCard]]
  private let heads: [Markup]
  /// The builds' versions: `6.12.57`.
  private let versions: [String]

  init(_ context: ContextHistory, cards: [[FindingCard]], heads: [Markup], versions: [String]) {
    self.context = context
    self.cards = cards
    self.heads = heads
    self.versions = versions
  }

  var markup: Markup {
    """
    <div class='scroll' role='region' aria-label='Fields of \(context.name) by build' tabindex='0'>
    <table class='history'>
    <caption>Offset in bytes where a field is new or has moved, r and w where any program may read and write; since: the build \
    that brought the last change, without one it is as in the first build</caption>
    <thead><tr><th scope='col'>field</th><th scope='col'>since</th>\(heads)<th scope='col'>read by</th><th scope='col'>written by</th></tr></thead>
    <tbody>
    \(sizes)\(context.rows.map(row))</tbody>
    </table>
    </div>

    """
  }

  /// The size of the structure, with what happened to it as a whole.
  private var sizes: Markup {
    guard context.sizes.contains(where: { $0 ?? 0 > 0 }) else { return .empty }
    let cells = context.sizes.indices.reversed().map { stage -> Markup in
      let tags = tags(context.events[stage], stage)
      guard let size = context.sizes[stage] else { return "<td class='none'>\(tags)</td>" }
      return "<td class='there'>\(tags)\(size) bytes</td>"
    }
    return "<tr><th scope='row'>the structure</th><td></td>\(cells)<td></td><td></td></tr>\n"
  }

  private func row(_ row: ContextHistory.Row) -> Markup {
    let cells = row.cells.indices.reversed().map { cell(row, $0) }
    return """
      <tr id='\(Self.anchor(context.name, row.field))'><th scope='row'><code>\(row.field.shownField)</code></th><td>\(since(row))</td>\(cells)\
      <td class='who'>\(who(row, row.readers))</td><td class='who'>\(who(row, row.writers))</td></tr>

      """
  }

  private func who(_ row: ContextHistory.Row, _ programs: Set<String>) -> Markup {
    programs.isEmpty ? .empty : Markup(breakable: row.programNames.text(programs))
  }

  /// The build that brought the last change, leading to that change.
  private func since(_ row: ContextHistory.Row) -> Markup {
    guard let stage = row.since else { return "<span class='faint'>first</span>" }
    let told = row.cells[stage].events.first { $0.rule.severity > .note }
    guard let card = told.flatMap({ finding in cards[stage - 1].first { $0.finding == finding } }) else {
      return "\(versions[stage])"
    }
    return "<a href='#\(card.anchor)' title='\(card.finding.title)'>\(versions[stage])</a>"
  }

  private func cell(_ row: ContextHistory.Row, _ stage: Int) -> Markup {
    let cell = row.cells[stage]
    let before = stage > 0 ? row.cells[stage - 1] : nil
    let tags = tags(cell.events, stage)
    guard let place = cell.place else {
      return tags.isEmpty ? "<td class='none'><span class='hidden'>absent</span></td>" : "<td class='none'>\(tags)</td>"
    }
    let isNew = before.map { $0.place == nil } ?? false
    let isMoved = before?.place.map { $0 != place } ?? true
    let offset: Markup = isMoved && !place.isEmpty ? "<span class='offset'>\(place)</span> " : .empty
    // A new name for an old field, or for bytes of it, has no event of its own.
    let appeared: Markup = isNew && tags.isEmpty ? "<span class='badge note'>new name</span> " : .empty
    let access: Markup =
      cell.access.isEmpty ? "<span class='hidden'>no access</span>–" : "\(cell.access)"
    return "<td class='there'>\(tags)\(appeared)\(offset)<span class='faint'>\(access)</span></td>"
  }

  /// What happened that a program can notice, each word once.
  private func tags(_ events: [Finding], _ stage: Int) -> [Markup] {
    var seen: Set<String> = []
    return events.filter { $0.rule.severity > .note && seen.insert(Self.words[$0.rule.id] ?? $0.rule.id).inserted }
      .map { tag($0, stage) }
  }

  /// What happened in a word, leading to the change in full.
  private func tag(_ finding: Finding, _ stage: Int) -> Markup {
    let word = Self.words[finding.rule.id] ?? finding.rule.id
    let tone = finding.rule.severity.rawValue
    guard stage > 0, let card = cards[stage - 1].first(where: { $0.finding == finding }) else {
      return "<span class='badge \(tone)'>\(word)</span> "
    }
    return "<a class='badge \(tone)' href='#\(card.anchor)' title='\(finding.title)'>\(word)</a> "
  }

  /// The id of a field's row.
  static func anchor(_ context: String, _ field: String) -> String {
    "field-"
      + "\(context).\(field)".unicodeScalars.map { scalar in
        scalar.isASCII && scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) ? String(scalar) : "_\(scalar.value)_"
      }.joined()
  }

  /// The words and signs that tables of these contexts have, with their tones and what they stand for.
  static func legend(_ contexts: [ContextHistory]) -> [(word: String, tone: String, text: String)] {
    let findings = contexts.flatMap { context in context.events.joined() + context.rows.flatMap { $0.cells.flatMap(\.events) } }
    var told: [String: (tone: String, texts: Set<String>)] = [:]
    for rule in Set(findings.map(\.rule)) where rule.severity > .note {
      let word = words[rule.id] ?? rule.id
      let tone = told[word].map { $0.tone } ?? rule.severity.rawValue
      told[word] = (tone, (told[word]?.texts ?? []).union([rule.sentence]))
    }
    let badges = told.sorted { $0.key < $1.key }.map { ($0.key, $0.value.tone, $0.value.texts.sorted().joined(separator: " ")) }
    return [
      ("12", "", "Bytes from the start of the structure; behind a colon bits. Told where the field is new or has moved."),
      ("r", "", "Some program may read it."), ("w", "", "Some program may write it."),
      ("–", "", "The field is there, and no program may access it."), ("·", "", "Nothing has changed."),
      ("first", "", "Under since: the field is as it was in the first build."),
      ("new name", "note", "A name for bytes that were there under another one."),
    ] + badges
  }

  private static let words: [String: String] = [
    Rule.fieldAdded.id: "new", Rule.paddingClaimed.id: "new", Rule.structureAdded.id: "new",
    Rule.fieldRemoved.id: "gone",
    Rule.structureRemoved.id: "gone", Rule.fieldMoved.id: "moved", Rule.fieldResized.id: "resized",
    Rule.fieldRetyped.id: "retyped", Rule.fieldRenamed.id: "renamed", Rule.structureGrown.id: "grown",
    Rule.structureShrunk.id: "shrunk", Rule.structureRealigned.id: "realigned", Rule.readGranted.id: "+read",
    Rule.readRevoked.id: "−read", Rule.writeGranted.id: "+write", Rule.writeRevoked.id: "−write",
    Rule.widthGranted.id: "+widths", Rule.widthRevoked.id: "−widths", Rule.offsetRevoked.id: "−parts",
    Rule.privilegeRequired.id: "+privilege", Rule.privilegeDropped.id: "−privilege",
    Rule.registerTypeChanged.id: "register type", Rule.meaningChanged.id: "meaning",
    Rule.meaningUnprovable.id: "meaning?",
    Rule.rangeWidened.id: "range", Rule.constantChanged.id: "constant", Rule.configuredConstantChanged.id: "constant",
    Rule.faultChanged.id: "null check", Rule.partCorrected.id: "parts", Rule.excessRemoved.id: "range",
    Rule.dependsOnNewMember.id: "new guard", Rule.guardCorrected.id: "guard", Rule.correctionLost.id: "correction lost",
    Rule.sameRegisterCorrected.id: "register", Rule.registerRestored.id: "register",
    Rule.refusedAtOnce.id: "refused", Rule.optionOff.id: "option off", Rule.optionOn.id: "option on",
    Rule.fieldRedeclared.id: "redeclared", Rule.addedUnsound.id: "unsound",
  ]
}
