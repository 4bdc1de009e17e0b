/// Writes an access matrix as a table.
struct AccessTable {
  private let matrix: AccessMatrix
  private let names: ProgramNames

  init(_ matrix: AccessMatrix, _ names: ProgramNames) {
    self.matrix = matrix
    self.names = names
  }

  var markup: Markup {
    let heads = matrix.columns.map { column -> Markup in
      "<th scope='col'>\(presence(column.presence))\(Markup(breakable: names.text(column.programs)))</th>"
    }
    let rows = matrix.fields.indices.map { index -> Markup in
      let cells = matrix.columns.map { cell($0.cells[index]) }
      return "<tr><th scope='row'><code>\(matrix.fields[index])</code></th>\(cells)</tr>\n"
    }
    return """
      <div class='scroll' role='region' aria-label='Who may read and write' tabindex='0'>
      <table class='access'>
      <caption>\(caption)</caption>
      <thead><tr><th scope='col'>field</th>\(heads)</tr></thead>
      <tbody>
      \(rows)</tbody>
      </table>
      </div>

      """
  }

  private func presence(_ presence: AccessMatrix.Presence) -> Markup {
    switch presence {
    case .both: .empty
    case .new: "<ins>new</ins> "
    case .gone: "<del>gone</del> "
    }
  }

  private var caption: Markup {
    let cells = matrix.columns.flatMap(\.cells)
    var parts: [Markup] = ["r read", "w write"]
    if cells.contains(where: { $0.read == .granted || $0.write == .granted }) {
      parts.append("<ins>+</ins> newly granted")
    }
    if cells.contains(where: { $0.read == .revoked || $0.write == .revoked }) { parts.append("<del>−</del> revoked") }
    if cells.contains(where: { $0.read == .changed || $0.write == .changed }) {
      parts.append("≠ at other widths, in other parts, or with another type of register")
    }
    if cells.contains(where: \.needsPrivilege) { parts.append("<sup>c</sup> needs a capability") }
    return parts.joined(", ")
  }

  private func cell(_ cell: AccessMatrix.Cell) -> Markup {
    if cell.isNone { return "<td class='none'>·<span class='hidden'>no access</span></td>" }
    let privilege: Markup = cell.needsPrivilege ? "<sup>c</sup>" : .empty
    let content = "\(mark(cell.read, "r"))\(mark(cell.write, "w"))\(privilege)" as Markup
    guard cell.isChanged else { return "<td>\(content)</td>" }
    let isWorse = cell.read == .revoked || cell.write == .revoked
    let isBetter = !isWorse && cell.read != .changed && cell.write != .changed
    return "<td class='changed \(isWorse ? "breaking" : isBetter ? "addition" : "review")'>\(content)</td>"
  }

  private func mark(_ mark: AccessMatrix.Mark, _ letter: String) -> Markup {
    switch mark {
    case .none: .empty
    case .same: "\(letter)"
    case .granted: "<ins>+\(letter)</ins>"
    case .revoked: "<del>−\(letter)</del>"
    case .changed: "≠\(letter)"
    }
  }
}
