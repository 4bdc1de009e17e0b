import Comparison
import ContextABI

/// What became of one context and of its fields, build by build.
struct ContextHistory {
  /// A field in one build.
  struct Cell {
    /// `12`, in bytes; nil where the build does not have the field.
    let place: String?
    /// `r`, `rw`: what any program may do; empty where none may access it.
    let access: String
    /// What happened since the build before, the worst first.
    let events: [Finding]
  }

  struct Row {
    let field: String
    let cells: [Cell]
    /// The programs that may read it, and write it, in the newest build that has it.
    let readers: Set<String>
    let writers: Set<String>
    /// How to name them.
    let programNames: ProgramNames

    /// The build that brought the last change that a program may notice; nil where there was none since the first build.
    var since: Int? {
      cells.indices.last { stage in
        stage > 0
          && ((cells[stage].place == nil) != (cells[stage - 1].place == nil)
            || cells[stage].events.contains { $0.rule.severity > .note })
      }
    }
  }

  let name: String
  /// The structure's size in each build; nil where it does not exist.
  let sizes: [Int?]
  /// Changes of the structure itself, by build.
  let events: [[Finding]]
  let rows: [Row]

  init(_ name: String, _ history: KernelHistory) {
    self.name = name
    let contexts = history.stages.map { $0.context(name) }
    sizes = contexts.map { $0?.layout.size }
    let changes = history.stages.indices.map { stage in
      history.findings(to: stage).flatMap { finding in
        finding.changes.filter { $0.context == name }.map { (field: $0.field, finding: finding) }
      }
    }
    events = changes.map { Self.once($0.filter { $0.field == nil }.map(\.finding)) }
    let fields = zip(history.stages, contexts).map { FieldsOfStage($0, $1) }
    let known = Set(fields.flatMap(\.names))
    let events = changes.map { changes in
      Dictionary(grouping: changes.filter { $0.field != nil }) { Self.row(of: $0.field ?? "", known) }
        .mapValues { Self.once($0.map(\.finding)) }
    }
    rows = Self.order(fields).filter { history.shows($0, of: name) }.map { field in
      let cells = fields.indices.map { stage in
        Cell(
          place: fields[stage].places[field], access: fields[stage].access(field), events: events[stage][field] ?? [])
      }
      let last = fields.last { $0.names.contains(field) }
      return Row(
        field: field, cells: cells, readers: last?.readers(field) ?? [], writers: last?.writers(field) ?? [],
        programNames: last?.programNames ?? ProgramNames([]))
    }
  }

  /// The row that tells of a field.
  private static func row(of field: String, _ known: Set<String>) -> String {
    known.contains(field) ? field : field.memberName
  }

  /// Each finding once, in their order.
  private static func once(_ findings: [Finding]) -> [Finding] {
    var seen: Set<Finding> = []
    return findings.filter { seen.insert($0).inserted }
  }

  /// All fields, as the newest build has them; what that does not have stands where it was last.
  private static func order(_ stages: [FieldsOfStage]) -> [String] {
    var order: [String] = []
    for stage in stages.reversed() {
      for (index, name) in stage.names.enumerated() where !order.contains(name) {
        let before = stage.names[..<index].last(where: order.contains)
        let position = before.flatMap { order.firstIndex(of: $0) }.map { $0 + 1 } ?? (index == 0 ? 0 : order.count)
        order.insert(name, at: position)
      }
    }
    return order
  }
}

/// The fields of a context in one build.
private struct FieldsOfStage {
  /// The members, and what accesses belong to no member, in order.
  let names: [String]
  let places: [String: String]
  let programNames: ProgramNames
  private let matrix: AccessMatrix
  private let context: Context?

  init(_ stage: ComparisonReport.Side, _ context: Context?) {
    self.context = context
    let pairs = (context?.layout.members ?? []).map { MemberPair(old: $0, new: $0, fate: .same) }
    let programs = Set(stage.snapshot.programs.filter { $0.context == context?.name }.map(\.name))
    matrix = AccessMatrix(old: context, new: context, pairs: pairs, programs: (programs, programs))
    programNames = stage.programNames(context?.name ?? "")
    var places = Dictionary(pairs.map { ($0.name, $0.new?.placeText ?? "") }, uniquingKeysWith: { first, _ in first })
    let others = matrix.fields.filter { places[$0] == nil }
    for field in others { places[field] = "" }
    var seen: Set<String> = []
    names = (pairs.map(\.name) + others).filter { seen.insert($0).inserted }
    self.places = places
  }

  func access(_ field: String) -> String { (readers(field).isEmpty ? "" : "r") + (writers(field).isEmpty ? "" : "w") }

  func readers(_ field: String) -> Set<String> { programs(field) { $0.read != .none } ?? sharing(field) { !$0.isWrite } }
  func writers(_ field: String) -> Set<String> { programs(field) { $0.write != .none } ?? sharing(field, \.isWrite) }

  /// The programs of the field's row; nil where it has none.
  private func programs(_ field: String, _ isMeant: (AccessMatrix.Cell) -> Bool) -> Set<String>? {
    guard let index = matrix.fields.firstIndex(of: field) else { return nil }
    return Set(matrix.columns.filter { isMeant($0.cells[index]) }.flatMap(\.programs))
  }

  /// The programs that access its bytes by another name: in a union (`bpf_sock_ops.reply` and `args[0]`) the verifier knows
  /// places alone.
  private func sharing(_ field: String, _ isMeant: (AccessKind) -> Bool) -> Set<String> {
    guard let context, let member = context.layout.members.first(where: { $0.name == field }) else { return [] }
    let rules = context.rules.filter { rule in
      rule.kinds.contains(where: isMeant) && rule.offset * 8 >= member.bitOffset
        && (rule.offset + rule.size) * 8 <= member.bitOffset + member.bitSize
    }
    return Set(rules.flatMap(\.programs))
  }
}
