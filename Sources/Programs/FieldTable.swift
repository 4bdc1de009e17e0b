import TypeGraph

/// The names of the fields of the structures that programs access, as the object's own types have them.
struct FieldTable: Sendable {
  private struct Field: Sendable {
    let name: String
    let offset: Int
    let size: Int
    /// The size of an element where the field is an array.
    let element: Int?
  }

  private var structures: [String: [Field]] = [:]

  /// How deep structures are looked into.
  private static let depthLimit = 8
  private static let fieldLimit = 4096

  init() {}

  /// The fields of those structures that `types` has.
  init(_ names: some Sequence<String>, _ types: TypeGraph) throws(TypeError) {
    for name in names {
      guard let type = try types.composite(named: name) else { continue }
      var fields: [Field] = []
      try Self.collect(type, types, "", 0, 0, &fields)
      structures[name] = fields
    }
  }

  private static func collect(
    _ type: TypeID, _ types: TypeGraph, _ prefix: String, _ start: Int, _ depth: Int, _ fields: inout [Field]
  ) throws(TypeError) {
    guard depth < depthLimit, let composite = try types.composite(type) else { return }
    for member in composite.members where fields.count < fieldLimit {
      let offset = start + member.bitOffset / 8
      let name = member.name.isEmpty ? prefix : prefix.isEmpty ? member.name : "\(prefix).\(member.name)"
      switch try types.strippedNode(member.type) {
      case .composite: try collect(member.type, types, name, offset, depth + 1, &fields)
      case .array(let element, let count):
        let size = try types.byteSize(of: element) ?? 1
        fields.append(
          Field(name: name, offset: offset, size: size.multipliedReportingOverflow(by: count).partialValue, element: size))
      default:
        let size = try types.byteSize(of: member.type) ?? 0
        // What has no name only fills space.
        if !member.name.isEmpty { fields.append(Field(name: name, offset: offset, size: size, element: nil)) }
      }
    }
  }

  /// The field at `offset` of a structure: `cb[2]`; nil where there is none, or the object does not know the structure.
  func name(in structure: String, at offset: Int) -> String? {
    guard let field = structures[structure]?.first(where: { $0.offset <= offset && offset - $0.offset < $0.size }) else {
      return nil
    }
    guard let element = field.element, element > 0 else { return field.name }
    return "\(field.name)[\((offset - field.offset) / element)]"
  }
}
