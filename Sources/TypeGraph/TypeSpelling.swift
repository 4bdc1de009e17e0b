extension TypeGraph {
  /// The type as C spells it, typedef names kept: `const struct sk_buff *`, `__be16`, `__u32[5]`.
  public func spelling(of type: TypeID) throws(TypeError) -> String {
    try spelling(of: type, depth: 0)
  }

  private func spelling(of type: TypeID, depth: Int) throws(TypeError) -> String {
    guard depth < Self.chainLimit else {
      throw .malformed("\(source.format): type \(type.number) has no end")
    }
    switch try node(type) {
    case .void: return "void"
    case .integer(let integer): return integer.name
    case .floatingPoint(let name, _): return name
    case .pointer(let target):
      if case .function = try node(target) { return "void (*)()" }
      let inner = try spelling(of: target, depth: depth + 1)
      return inner + (inner.hasSuffix("*") ? "*" : " *")
    case .array(let element, let count):
      let inner = try spelling(of: element, depth: depth + 1)
      // The dimensions of an array of arrays read from the outside to the inside.
      guard let bracket = inner.firstIndex(of: "[") else { return "\(inner)[\(count)]" }
      return "\(inner[..<bracket])[\(count)]\(inner[bracket...])"
    case .composite(let composite):
      return composite.name.isEmpty
        ? "\(composite.kind.rawValue) { ... }" : "\(composite.kind.rawValue) \(composite.name)"
    case .enumeration(let enumeration):
      return enumeration.name.isEmpty ? "enum { ... }" : "enum \(enumeration.name)"
    case .alias(let name, _): return name
    case .qualified(let qualifier, let target):
      let inner = try spelling(of: target, depth: depth + 1)
      if qualifier.isEmpty { return inner }
      return inner.hasSuffix("*") ? "\(inner) \(qualifier)" : "\(qualifier) \(inner)"
    case .function: return "void ()"
    case .declaration(let kind, let name): return "\(kind.rawValue) \(name)"
    case .other(let what): return what
    }
  }
}
