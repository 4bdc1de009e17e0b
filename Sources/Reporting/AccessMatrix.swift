import ContextABI

/// Who may read and write the fields of a context, before and after: a row a field, a column for programs that may do the
/// same.
struct AccessMatrix {
  /// What programs may do with a field.
  struct Cell: Hashable {
    let read: Mark
    let write: Mark
    /// Whether the newer build (or, where it has none, the older) wants a capability for any of it.
    let needsPrivilege: Bool

    var isChanged: Bool { [read, write].contains { $0 != .none && $0 != .same } }
    var isNone: Bool { read == .none && write == .none }
  }

  /// What became of reading, or of writing.
  enum Mark: Hashable {
    case none, same, granted, revoked
    /// Still possible, at other widths or in other parts, or with another result for the verifier.
    case changed
  }

  struct Column: Hashable {
    fileprivate(set) var programs: [String]
    /// Whether both builds have the programs, or which one.
    let presence: Presence
    let cells: [Cell]
  }

  enum Presence: Hashable { case both, new, gone }

  /// The fields, in the order of the layout.
  let fields: [String]
  let columns: [Column]

  var isChanged: Bool { columns.contains { $0.cells.contains(where: \.isChanged) } }

  /// - Parameter programs: the names of the programs of this context on both sides.
  init(old: Context?, new: Context?, pairs: [MemberPair], programs: (old: Set<String>, new: Set<String>)) {
    let before = AccessesByField(old, pairs.map(\.old))
    let after = AccessesByField(new, pairs.map(\.new))
    let rows = Self.rows(pairs, before, after)
    fields = rows.map(\.title)
    var columns: [Column] = []
    for program in programs.old.union(programs.new).sorted() {
      let column = Self.column(program, rows, (before, programs.old), (after, programs.new))
      if let index = columns.firstIndex(where: { $0.presence == column.presence && $0.cells == column.cells }) {
        columns[index].programs.append(program)
      } else {
        columns.append(column)
      }
    }
    self.columns = columns
  }

  /// One program on both sides. One that only one build has is no grant, or loss, of every field: it is shown as it is there.
  private static func column(
    _ program: String, _ rows: [Row], _ old: (accesses: AccessesByField, programs: Set<String>),
    _ new: (accesses: AccessesByField, programs: Set<String>)
  ) -> Column {
    // A program after an access that matters in one build only is like any other of its type in the other one.
    let base = String(program.prefix { $0 != "+" })
    let before = [program, base].first(where: old.programs.contains)
    let after = [program, base].first(where: new.programs.contains)
    let cells = rows.map { row in
      let first = before.map { old.accesses.accesses(row.old, $0) }
      let second = after.map { new.accesses.accesses(row.new, $0) }
      return cell(first ?? second ?? FieldAccess(), second ?? first ?? FieldAccess())
    }
    return Column(
      programs: [program], presence: before == nil ? .new : after == nil ? .gone : .both, cells: cells)
  }

  private static func cell(_ before: FieldAccess, _ after: FieldAccess) -> Cell {
    Cell(
      read: mark(before.reads, after.reads), write: mark(before.writes, after.writes),
      needsPrivilege: after == FieldAccess() ? before.needsPrivilege : after.needsPrivilege)
  }

  private static func mark(_ before: Set<String>, _ after: Set<String>) -> Mark {
    switch (before.isEmpty, after.isEmpty) {
    case (true, true): .none
    case (true, false): .granted
    case (false, true): .revoked
    case (false, false): before == after ? .same : .changed
    }
  }

  private struct Row {
    let title: String
    /// The keys of the field on both sides.
    let old: String?
    let new: String?
  }

  /// A row for each member, and for each field of accesses that belongs to none.
  private static func rows(_ pairs: [MemberPair], _ before: AccessesByField, _ after: AccessesByField) -> [Row] {
    var rows = pairs.map { Row(title: $0.name, old: $0.old?.name, new: $0.new?.name) }
    let others = (before.others + after.others.filter { !before.others.contains($0) })
    rows += others.map { Row(title: $0, old: $0, new: $0) }
    // Inside of unions most names are never accessed by themselves.
    return rows.filter { before.has($0.old) || after.has($0.new) }
  }
}

/// What a program may do with a field: accesses as places in it, with the type of register that they give.
private struct FieldAccess: Hashable {
  var reads: Set<String> = []
  var writes: Set<String> = []
  var needsPrivilege = false
}

/// The accesses of a context by field and program.
private struct AccessesByField {
  private var table: [String: [String: FieldAccess]] = [:]
  /// Fields that no member holds, in their order.
  private(set) var others: [String] = []

  init(_ context: Context?, _ members: [LayoutMember?]) {
    let members = members.compactMap(\.self)
    for rule in context?.rules ?? [] {
      let member =
        members.first { $0.name == rule.field } ?? members.first { $0.name == rule.field.memberName }
        ?? members.first { $0.bitOffset <= rule.offset * 8 && rule.offset * 8 < $0.bitOffset + $0.bitSize }
      let key = member?.name ?? rule.field
      if member == nil, table[key] == nil { others.append(key) }
      add(rule, key, start: (member?.bitOffset ?? 0) / 8)
    }
  }

  private mutating func add(_ rule: AccessRule, _ key: String, start: Int) {
    func places(_ kind: AccessKind) -> Set<String> {
      Set(rule.accesses(of: kind).map { "\($0.offset - start):\($0.size) \(rule.registerType) \(rule.needsPrivilege)" })
    }
    let reads = places(.read)
    let writes = places(.write)
    for program in rule.programs {
      table[key, default: [:]][program, default: FieldAccess()].reads.formUnion(reads)
      table[key, default: [:]][program, default: FieldAccess()].writes.formUnion(writes)
      if rule.needsPrivilege { table[key, default: [:]][program, default: FieldAccess()].needsPrivilege = true }
    }
  }

  func has(_ key: String?) -> Bool { key.map { table[$0] != nil } ?? false }

  func accesses(_ key: String?, _ program: String) -> FieldAccess {
    key.flatMap { table[$0]?[program] } ?? FieldAccess()
  }
}
