import ContextABI
import TypeGraph

/// Collects what accesses do to programs, and what they ask of who loads them.
struct EffectTable {
  /// The kinds of access, by program.
  private var accesses: [Key: [String: Set<AccessKind>]] = [:]

  private struct Key: Hashable {
    let context: String
    let field: Field
    let marks: [String]
    let capabilities: [String]
  }

  /// What fields have in common that stand in one record.
  private struct Group: Hashable {
    let context: String
    let kinds: Set<AccessKind>
    let marks: [String]
    let capabilities: [String]
    let programs: Set<String>
  }

  /// Notes the effects of a program's accesses to its context.
  mutating func note(_ sweep: Sweep, of program: String, to context: String, _ fields: FieldLookup) throws(TypeError) {
    for (place, swept) in sweep.accesses {
      let access = swept.access
      let capabilities = access.requirements.capabilities
      guard !access.marks.isEmpty || !capabilities.isEmpty else { continue }
      let key = Key(
        context: context, field: try fields.field(offset: place.offset, size: place.size), marks: access.marks,
        capabilities: capabilities)
      accesses[key, default: [:]][program, default: []].insert(place.kind)
    }
  }

  /// The effects; fields and programs that are alike stand together.
  var effects: [AccessEffect] {
    var groups: [Group: Set<Field>] = [:]
    for (key, programs) in accesses {
      for (kinds, names) in Dictionary(grouping: programs.keys, by: { programs[$0] ?? [] }) {
        let group = Group(
          context: key.context, kinds: kinds, marks: key.marks, capabilities: key.capabilities, programs: Set(names))
        groups[group, default: []].insert(key.field)
      }
    }
    return groups.map { group, fields in
      AccessEffect(
        context: group.context,
        fields: fields.sorted { ($0.offset, $0.size, $0.name) < ($1.offset, $1.size, $1.name) }.map(\.name),
        kinds: AccessKind.allCases.filter(group.kinds.contains), marks: group.marks, capabilities: group.capabilities,
        programs: group.programs.sorted { $0.precedes($1) })
    }.sorted(by: AccessEffect.inOrder)
  }
}
