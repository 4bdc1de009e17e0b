import ByteReading

/// What the BTF of a BPF object tells besides types: which variables its sections hold, and names that others refer to.
extension BTFReader {
  /// A variable of a section (`struct btf_var_secinfo`).
  public struct SectionVariable: Sendable, Hashable {
    public let name: String
    public let type: TypeID
    /// In bytes from the start of the section.
    public let offset: Int
  }

  /// The variables that BTF lists for the section of this name (`BTF_KIND_DATASEC`); none where it does not know it.
  public func variables(ofSection name: String) throws(TypeError) -> [SectionVariable] {
    do throws(ByteError) {
      for number in offsets.indices.dropFirst() {
        let offset = Int(offsets[number])
        let info: UInt32 = try types.integer(at: offset + 4, order)
        guard BTFKind(info: info) == .dataSection, try self.name(at: offset) == name else { continue }
        return try variables(at: offset + 12, count: BTFKind.elementCount(info: info))
      }
      return []
    } catch { throw .bytes(error) }
  }

  private func variables(at start: Int, count: Int) throws(ByteError) -> [SectionVariable] {
    var result: [SectionVariable] = []
    for entry in 0..<count {
      let place = start + 12 * entry
      let number = Int(try types.integer(UInt32.self, at: place, order))
      guard offsets.indices.contains(number), number > 0 else { continue }
      let variable = Int(offsets[number])
      guard BTFKind(info: try types.integer(at: variable + 4, order)) == .variable else { continue }
      result.append(
        SectionVariable(
          name: try name(at: variable), type: TypeID(try types.integer(at: variable + 8, order)),
          offset: Int(try types.integer(UInt32.self, at: place + 4, order))))
    }
    return result
  }

  /// The string at `offset` of the string section, which `.BTF.ext` refers to as well.
  public func string(at offset: UInt32) throws(ByteError) -> String { try strings.string(at: Int(offset)) }
}
