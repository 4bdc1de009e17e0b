import ContextABI
import TypeGraph

/// Collects what a snapshot keeps of the kernel's structures.
struct KernelSideBuilder {
  let types: TypeGraph
  private static let depthLimit = 16
  private static let memberLimit = 8192

  /// The members of the structures that `members` are in, used or not.
  func structures(of members: some Sequence<NamedMember>) throws(TypeError) -> [String: [StructureMember]] {
    var result: [String: [StructureMember]] = [:]
    for member in members {
      guard let structure = member.structure, let name = member.name else { continue }
      try collect(structure, path: name, into: &result)
    }
    return result
  }

  /// Adds the structure `name`, and those that `path` leads through.
  private func collect(
    _ name: String, path: String, into result: inout [String: [StructureMember]]
  ) throws(TypeError) {
    guard let type = try types.composite(named: name) else { return }
    if result[name] == nil {
      var members: [StructureMember] = []
      try flatten(type, prefix: "", origin: 0, group: nil, into: &members, depth: 0)
      result[name] = members
    }
    // On to the structures with a name of their own that the path goes through.
    var current = type
    for component in path.split(separator: ".") {
      let member = component.prefix { $0 != "[" }
      guard let found = try types.member(String(member), of: current) else { return }
      current = try element(of: found.type)
      if let inner = try types.composite(current), !inner.name.isEmpty, result[inner.name] == nil {
        var members: [StructureMember] = []
        try flatten(current, prefix: "", origin: 0, group: nil, into: &members, depth: 0)
        result[inner.name] = members
      }
    }
  }

  /// The type of the elements of an array, of arrays of arrays too.
  private func element(of type: TypeID) throws(TypeError) -> TypeID {
    var current = type
    for _ in 0..<Self.depthLimit {
      guard case .array(let element, _) = try types.strippedNode(current) else { return current }
      current = element
    }
    return current
  }

  /// The union that a member is in: the name of its first member, and where it starts in bits.
  private struct Group {
    let name: String
    let origin: Int
  }

  private func flatten(
    _ type: TypeID, prefix: String, origin: Int, group: Group?, into members: inout [StructureMember],
    depth: Int
  ) throws(TypeError) {
    guard depth < Self.depthLimit, members.count < Self.memberLimit,
      let composite = try types.composite(type)
    else { return }
    var group = group
    if composite.kind == .union, group == nil {
      group = Group(name: try firstName(of: type, prefix: prefix, depth: depth), origin: origin)
    }
    for member in composite.members {
      let name =
        member.name.isEmpty ? prefix : prefix.isEmpty ? member.name : "\(prefix).\(member.name)"
      let start = origin + member.bitOffset
      // Structures without a name of their own are part of the one that they are in.
      if member.bitSize == nil, let inner = try types.composite(member.type), inner.name.isEmpty {
        try flatten(
          member.type, prefix: name, origin: start, group: group, into: &members, depth: depth + 1)
        continue
      }
      guard !member.name.isEmpty else { continue }
      let size = try types.byteSize(of: member.type) ?? 0
      members.append(
        StructureMember(
          name: name, bitSize: member.bitSize ?? size * 8,
          type: try types.spelling(of: member.type),
          overlap: group.map { .init(group: $0.name, bitOffset: start - $0.origin) }))
    }
  }

  private func firstName(
    of type: TypeID, prefix: String, depth: Int
  ) throws(TypeError) -> String {
    guard depth < Self.depthLimit, let composite = try types.composite(type) else { return prefix }
    for member in composite.members {
      let name =
        member.name.isEmpty ? prefix : prefix.isEmpty ? member.name : "\(prefix).\(member.name)"
      if let inner = try types.composite(member.type), inner.name.isEmpty {
        return try firstName(of: member.type, prefix: name, depth: depth + 1)
      }
      if !member.name.isEmpty { return name }
    }
    return prefix
  }
}
