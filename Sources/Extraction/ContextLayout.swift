import ContextABI
import TypeGraph

/// Reads the layout of a structure that programs see.
struct ContextLayout {
  let types: TypeGraph

  private static let depthLimit = 16
  /// No context has more members; more are debug information gone wild.
  private static let memberLimit = 4096

  /// The layout of `type`: its members, those of inner structures and unions in place.
  func layout(of type: TypeID) throws(TypeError) -> Layout {
    guard let composite = try types.composite(type) else {
      return Layout(size: 0, alignment: 0, members: [])
    }
    var members: [LayoutMember] = []
    try flatten(composite, prefix: "", origin: 0, into: &members, depth: 0)
    return Layout(
      size: composite.byteSize, alignment: try alignment(of: type, depth: 0), members: members)
  }

  /// The header that declares `type`, where the debug information says so.
  func declaration(of type: TypeID) throws(TypeError) -> String? {
    try types.composite(type)?.declaredIn.map(Self.relativeToTree)
  }

  private func flatten(
    _ composite: TypeNode.Composite, prefix: String, origin: Int, into members: inout [LayoutMember],
    depth: Int
  ) throws(TypeError) {
    guard depth < Self.depthLimit, members.count < Self.memberLimit else {
      throw .malformed("struct \(composite.name) has no end")
    }
    for member in composite.members {
      let name = member.name.isEmpty ? prefix : prefix.isEmpty ? member.name : "\(prefix).\(member.name)"
      let start = origin + member.bitOffset
      if member.bitSize == nil, let inner = try types.composite(member.type) {
        try flatten(inner, prefix: name, origin: start, into: &members, depth: depth + 1)
        continue
      }
      // An unnamed bit-field only takes room (__bpf_md_ptr, include/uapi/linux/bpf.h).
      guard !member.name.isEmpty else { continue }
      let size = try types.byteSize(of: member.type) ?? 0
      let width = member.bitSize ?? size * 8
      members.append(
        LayoutMember(
          name: name, bitOffset: start, bitSize: width, type: try types.spelling(of: member.type),
          encoding: try encoding(of: member.type)))
    }
  }

  /// What the bits of `type` are, typedefs seen through but for those that tell the byte order.
  func encoding(of type: TypeID) throws(TypeError) -> String {
    var current = type
    for _ in 0..<64 {
      switch try types.node(current) {
      case .alias(let name, let target):
        if let order = Self.byteOrderTypedefs[name] { return order }
        current = target
      case .qualified(_, let target): current = target
      case .integer(let integer):
        if integer.isBoolean { return "bool" }
        return "\(integer.isSigned ? "s" : "u")\(integer.byteSize * 8)"
      case .enumeration(let enumeration): return "enum\(enumeration.byteSize * 8)"
      case .floatingPoint(_, let size): return "f\(size * 8)"
      case .pointer: return "pointer"
      case .array(let element, let count): return "\(try encoding(of: element))[\(count)]"
      case .composite(let composite): return composite.kind.rawValue
      case .void, .function, .declaration, .other: return "none"
      }
    }
    throw .malformed("the typedefs of type \(type.number) form a loop")
  }

  private static let byteOrderTypedefs: [String: String] = [
    "__be16": "be16", "__be32": "be32", "__be64": "be64", "__le16": "le16", "__le32": "le32",
    "__le64": "le64",
  ]

  /// The natural alignment of `type` in bytes.
  private func alignment(of type: TypeID, depth: Int) throws(TypeError) -> Int {
    guard depth < Self.depthLimit else { return 1 }
    switch try types.strippedNode(type) {
    case .composite(let composite):
      var largest = 1
      for member in composite.members {
        largest = max(largest, try alignment(of: member.type, depth: depth + 1))
      }
      return largest
    case .array(let element, _): return try alignment(of: element, depth: depth + 1)
    default: return max(1, try types.byteSize(of: type) ?? 1)
    }
  }

  /// A header's path from the top of the kernel tree, wherever that stood when it was built.
  private static func relativeToTree(_ path: String) -> String {
    for top in ["/include/", "/arch/", "/kernel/", "/net/"] {
      if let range = path.range(of: top) { return String(path[path.index(after: range.lowerBound)...]) }
    }
    return path.hasPrefix("./") ? String(path.dropFirst(2)) : path
  }
}

extension String {
  /// Where `needle` first stands.
  fileprivate func range(of needle: String) -> Range<String.Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(needle) {
        return start..<index(start, offsetBy: needle.count)
      }
      start = index(after: start)
    }
    return nil
  }
}
