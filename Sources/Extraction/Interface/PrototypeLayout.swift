import TypeGraph

/// Where `struct bpf_func_proto` keeps what it says of a helper, from the build's own types.
struct PrototypeLayout {
  /// In bytes.
  let size: Int
  /// The helper's function.
  let functionOffset: Int
  /// Its truth values, by the members' names: `gpl_only`, `pkt_access`, `might_sleep`, …
  let flags: [(name: String, offset: Int)]
  let returnTypeOffset: Int
  /// Points to the id of the structure that the helper returns a pointer to, where the build has the member.
  let returnStructureOffset: Int?
  let arguments: [Argument]
  /// A function that decides for a single program, where the build has the member.
  let allowedOffset: Int?

  /// One of the five arguments.
  struct Argument {
    let typeOffset: Int
    /// Either points to the id of the structure that the argument must point to, or is the size of what it points to.
    let detailOffset: Int?
  }

  /// - Throws: `ExtractionError` where the structure is missing, or is not as it is known to be.
  init(_ lookup: LayoutLookup) throws(ExtractionError) {
    let name = "bpf_func_proto"
    let type = try lookup.composite(name)
    let size = try lookup.size(of: type, name, limit: 4096)
    func offset(_ member: String, width: Int) throws(ExtractionError) -> Int? {
      guard let found = try lookup.optionalMember(member, of: type) else { return nil }
      guard found.byteOffset + width <= size else {
        throw .types("struct \(name) has a member behind its end: \(member)")
      }
      return found.byteOffset
    }
    func required(_ member: String, width: Int) throws(ExtractionError) -> Int {
      guard let found = try offset(member, width: width) else {
        throw .types("struct \(name) has no member \(member)")
      }
      return found
    }
    self.size = size
    functionOffset = try required("func", width: 8)
    returnTypeOffset = try required("ret_type", width: 4)
    returnStructureOffset = try offset("ret_btf_id", width: 8)
    allowedOffset = try offset("allowed", width: 8)
    var arguments: [Argument] = []
    for number in 1...5 {
      arguments.append(
        Argument(
          typeOffset: try required("arg\(number)_type", width: 4),
          detailOffset: try offset("arg\(number)_btf_id", width: 8)))
    }
    self.arguments = arguments
    flags = try lookup.truthValues(of: type).filter { $0.offset < size }
  }
}

extension LayoutLookup {
  /// The members of a structure that are truth values, in its order, each with its offset in bytes.
  func truthValues(of type: TypeID) throws(ExtractionError) -> [(name: String, offset: Int)] {
    var result: [(name: String, offset: Int)] = []
    do throws(TypeError) {
      for member in try types.composite(type)?.members ?? [] where member.bitSize == nil {
        guard case .integer(let integer) = try types.strippedNode(member.type), integer.isBoolean else { continue }
        result.append((member.name, member.bitOffset / 8))
      }
    } catch { throw .typeGraph(error) }
    return result
  }
}
