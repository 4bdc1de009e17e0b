/// Compares what two sources of debug information say of the same structures.
public struct TypeAgreement {
  private let first: TypeGraph
  private let second: TypeGraph

  public init(_ first: TypeGraph, _ second: TypeGraph) {
    self.first = first
    self.second = second
  }

  /// A structure that the two sources describe differently.
  public struct Disagreement: Sendable, Hashable, CustomStringConvertible {
    public let structure: String
    /// What each says: a size, or a member with its place.
    public let first: String
    public let second: String

    public var description: String { "struct \(structure): \(first), but \(second)" }
  }

  /// The first difference in each of the structures of these names that both sources have.
  public func disagreements(in names: some Sequence<String>) throws(TypeError) -> [Disagreement] {
    var result: [Disagreement] = []
    for name in names {
      guard let one = try first.composite(named: name), let other = try second.composite(named: name)
      else { continue }
      let before = try facts(of: one, in: first)
      let after = try facts(of: other, in: second)
      if before == after { continue }
      let difference = zip(before, after).first { $0 != $1 }
      result.append(
        Disagreement(
          structure: name,
          first: "\(first.source.format) says \(difference?.0 ?? "\(before.count - 1) members")",
          second: "\(second.source.format) says \(difference?.1 ?? "\(after.count - 1) members")"))
    }
    return result
  }

  /// The size, and each member with its place, those of structures without a name in place.
  private func facts(of type: TypeID, in graph: TypeGraph) throws(TypeError) -> [String] {
    guard let composite = try graph.composite(type) else { return [] }
    var result = ["a size of \(composite.byteSize) bytes"]
    try collect(composite, origin: 0, prefix: "", graph, &result, depth: 0)
    return result
  }

  private func collect(
    _ composite: TypeNode.Composite, origin: Int, prefix: String, _ graph: TypeGraph,
    _ result: inout [String], depth: Int
  ) throws(TypeError) {
    guard depth < 16, result.count < 8192 else { return }
    for member in composite.members {
      let start = origin + member.bitOffset
      let name = member.name.isEmpty ? prefix : "\(prefix)\(member.name)"
      if member.bitSize == nil, let inner = try graph.composite(member.type), inner.name.isEmpty {
        try collect(
          inner, origin: start, prefix: name.isEmpty ? "" : "\(name).", graph, &result, depth: depth + 1)
        continue
      }
      // An unnamed bit-field is padding, which not every source lists.
      guard !member.name.isEmpty else { continue }
      let size = try graph.byteSize(of: member.type) ?? 0
      let width = member.bitSize ?? size * 8
      result.append("\(name) of \(width) bits at \(start / 8):\(start % 8)")
    }
  }
}
