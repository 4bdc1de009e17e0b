import ContextABI
import TypeGraph

/// Collects what accesses do to programs, and what they ask of who loads them.
struct EffectTable {
  private var kinds: [Key: [String: Set<AccessKind>]] = [:]

  private struct Key: Hashable {
    let context: String
    let field: Field
    let marks: [String]
    let capabilities: [String]
  }

  /// Notes the effects of a subject's accesses to a context.
  mutating func note(_ sweep: Sweep, of program: String, to context: String, _ fields: FieldLookup) throws(TypeError) {
    for (place, swept) in sweep.accesses {
      let access = swept.access
      let capabilities = access.requirements.capabilities
      guard !access.marks.isEmpty || !capabilities.isEmpty else { continue }
      let key = Key(
        context: context, field: try fields.field(offset: place.offset, size: place.size), marks: access.marks,
        capabilities: capabilities)
      kinds[key, default: [:]][program, default: []].insert(place.kind)
    }
  }

  /// The effects, those of programs that are alike together.
  var effects: [AccessEffect] {
    kinds.flatMap { key, programs in
      Dictionary(grouping: programs.keys) { programs[$0] ?? [] }.map { kinds, names in
        AccessEffect(
          context: key.context, field: key.field.name, offset: key.field.offset, size: key.field.size,
          kinds: AccessKind.allCases.filter(kinds.contains), marks: key.marks, capabilities: key.capabilities,
          programs: names.sorted { $0.precedes($1) })
      }
    }.sorted(by: AccessEffect.inOrder)
  }
}
