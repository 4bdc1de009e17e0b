import ContextABI

/// Writes which program types get which helper as a table: a row for the helpers that the same programs get on the same terms,
/// a column a program type.
struct HelperMatrix {
  private let old: ProgramInterface?
  private let new: ProgramInterface
  private let types: [String]

  /// nil where nobody asked the new build.
  init?(_ old: Snapshot, _ new: Snapshot) {
    guard let interface = new.interface, !interface.programs.isEmpty else { return nil }
    self.new = interface
    self.old = old.interface
    types = Set(interface.programs.map(\.type)).sorted()
  }

  /// How programs of one type get a helper.
  private struct Cell: Hashable {
    var isGiven = false
    /// Not to every attach type.
    var isPartial = false
    var terms: Set<String> = []
    /// Whether the old build gave it to the same; nil where nothing is known of that.
    var wasGiven: Bool?
  }

  private struct Row: Hashable {
    let cells: [Cell]
    let isForGPL: Bool
  }

  var markup: Markup {
    let rows = rows
    return """
      <section aria-labelledby='helpers'>
      <h2 id='helpers'>Who gets which helper</h2>
      <details>
      <summary>\(new.helpers.filter { !$0.grants.isEmpty }.count) helpers, \(types.count) program types</summary>
      <div class='scroll' role='region' aria-label='Helpers by program type' tabindex='0'>
      <table class='history'>
      <caption>✓ every attach type, (✓) some of them, c with a capability; + new, − no longer</caption>
      <thead><tr><th scope='col'>helpers</th>\(types.map(head))</tr></thead>
      <tbody>
      \(rows.map(markup))</tbody>
      </table>
      </div>
      </details>
      </section>

      """
  }

  private func head(_ type: String) -> Markup { "<th scope='col'><code>\(Markup(breakable: type.lowercased()))</code></th>" }

  private func markup(_ row: (row: Row, helpers: [String])) -> Markup {
    let names = Markup(breakable: row.helpers.joined(separator: ", "))
    let licence: Markup = row.row.isForGPL ? " <span class='faint'>GPL</span>" : .empty
    return "<tr><th scope='row'><code>\(names)</code>\(licence)</th>\(row.row.cells.map(markup))</tr>\n"
  }

  private func markup(_ cell: Cell) -> Markup {
    let change: Markup =
      switch (cell.wasGiven, cell.isGiven) {
      case (false?, true): "<span class='badge addition'>+</span>"
      case (true?, false): "<span class='badge breaking'>−</span>"
      default: .empty
      }
    guard cell.isGiven else {
      return "<td class='none'>\(change)\(change.source.isEmpty ? "·" : "")</td>"
    }
    let mark = cell.isPartial ? "(✓)" : "✓"
    let terms = cell.terms.sorted().joined(separator: ", ")
    return terms.isEmpty
      ? "<td class='there'>\(change)\(mark)</td>" : "<td class='there' title='\(terms)'>\(change)\(mark) c</td>"
  }

  /// The rows, in the order of their first helpers.
  private var rows: [(row: Row, helpers: [String])] {
    let before = old.map { Self.types(of: $0) }
    var rows: [Row: [String]] = [:]
    var order: [Row] = []
    for helper in new.helpers {
      let row = row(helper, before?[helper.name] ?? (before == nil ? nil : []))
      if !row.cells.contains(where: { $0.isGiven || $0.wasGiven == true }) { continue }
      if rows[row] == nil { order.append(row) }
      rows[row, default: []].append(helper.name)
    }
    return order.map { ($0, rows[$0] ?? []) }
  }

  private func row(_ helper: HelperFunction, _ before: Set<String>?) -> Row {
    var cells: [String: Cell] = [:]
    let typeOf = Dictionary(new.programs.map { ($0.name, $0.type) }, uniquingKeysWith: { first, _ in first })
    var given: [String: Set<String>] = [:]
    for grant in helper.grants {
      for program in grant.programs {
        guard let type = typeOf[program] else { continue }
        given[type, default: []].insert(program)
        cells[type, default: Cell()].isGiven = true
        cells[type, default: Cell()].terms.formUnion(grant.terms.capabilities)
      }
    }
    let all = Dictionary(grouping: new.programs, by: \.type).mapValues(\.count)
    return Row(
      cells: types.map { type in
        var cell = cells[type] ?? Cell()
        cell.isPartial = (given[type]?.count ?? 0) < (all[type] ?? 0)
        cell.wasGiven = before.map { $0.contains(type) }
        return cell
      },
      isForGPL: helper.grants.contains { $0.prototype?.flags.contains("gpl_only") ?? false })
  }

  /// The program types that get each helper.
  private static func types(of interface: ProgramInterface) -> [String: Set<String>] {
    let typeOf = Dictionary(interface.programs.map { ($0.name, $0.type) }, uniquingKeysWith: { first, _ in first })
    return Dictionary(
      interface.helpers.map { helper in
        (helper.name, Set(helper.grants.flatMap(\.programs).compactMap { typeOf[$0] }))
      }, uniquingKeysWith: { $0.union($1) })
  }
}
