import ContextABI
import SymbolicEvaluation
import TypeGraph

/// A field of a context, or what stands where there is none.
struct Field: Hashable {
  /// `len`, `cb[2]`, `cb[0]..cb[1]`, `padding`, `beyond the end`.
  let name: String
  /// In bytes.
  let offset: Int
  let size: Int
}

/// Finds the field that an access belongs to.
final class FieldLookup {
  private let resolution: MemberResolution
  private let context: TypeID
  /// The context's size in bytes; nil for one that is no structure.
  private let size: Int?
  private var known: [Range<Int>: Field] = [:]

  init(_ types: TypeGraph, _ context: TypeID) throws(TypeError) {
    resolution = MemberResolution(types: types)
    self.context = context
    size = try types.composite(context)?.byteSize
  }

  /// The field of the bytes `offset..<offset + size`: the member that holds them all; where they span several, these
  /// bytes themselves.
  func field(offset: Int, size: Int) throws(TypeError) -> Field {
    let range = offset..<offset + size
    if let known = known[range] { return known }
    let field = try find(offset, size)
    known[range] = field
    return field
  }

  private func find(_ offset: Int, _ size: Int) throws(TypeError) -> Field {
    guard let contextSize = self.size else {
      // A context without a structure is taken for 64-bit words.
      let word = offset / 8
      return (offset + size - 1) / 8 == word
        ? Field(name: "[\(word)]", offset: word * 8, size: 8)
        : Field(name: "[\(word)]..[\(word + 1)]", offset: offset, size: size)
    }
    let members = try resolution.members(of: context, at: offset * 8..<(offset + size) * 8)
    // Behind the end only a flexible array (bpf_raw_tracepoint_args.args) has members.
    guard offset + size <= contextSize || members.last?.path != nil else {
      return Field(name: "beyond the end", offset: offset, size: size)
    }
    guard let first = members.first, let last = members.last, let firstPath = first.path else {
      return Field(name: "padding", offset: offset, size: size)
    }
    // A field may be read together with the padding behind it (bpf_sk_lookup.remote_port).
    guard let lastPath = last.path else {
      return Field(name: "\(firstPath) and padding", offset: offset, size: size)
    }
    if members.count == 1, !first.isRun, first.start % 8 == 0, first.width % 8 == 0 {
      return Field(name: firstPath, offset: first.start / 8, size: first.width / 8)
    }
    if members.count == 1, !first.isRun {
      return Field(name: firstPath, offset: offset, size: size)
    }
    let end = try resolution.members(
      of: context, at: (offset + size) * 8 - 8..<(offset + size) * 8
    ).first?.path
    return Field(name: "\(firstPath)..\(end ?? lastPath)", offset: offset, size: size)
  }
}
