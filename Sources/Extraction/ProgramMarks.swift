import ByteReading
import Emulation
import TypeGraph

/// The members of `struct bpf_prog` and `struct bpf_prog_aux`, to name those that a callback has written to.
struct ProgramMarks {
  /// A member, and its bits as they lie in memory (see `TypeNode.Member.bitOffset`).
  private struct Member {
    let name: String
    let bits: Range<Int>
  }

  private let program: [Member]
  private let aux: [Member]
  private let untouchedAux: [UInt8]

  init(_ lookup: LayoutLookup, auxSize: Int) throws(ExtractionError) {
    program = try Self.members(of: "bpf_prog", prefix: "", lookup)
    aux = try Self.members(of: "bpf_prog_aux", prefix: "aux->", lookup)
    untouchedAux = [UInt8](repeating: 0, count: auxSize)
  }

  private static func members(
    of structure: String, prefix: String, _ lookup: LayoutLookup
  ) throws(ExtractionError) -> [Member] {
    let type = try lookup.composite(structure)
    var result: [Member] = []
    do throws(TypeError) {
      for member in try lookup.types.composite(type)?.members ?? [] where !member.name.isEmpty {
        let bytes = try lookup.types.byteSize(of: member.type) ?? 0
        let width = member.bitSize ?? bytes &* 8
        guard (0..<(1 << 24)).contains(member.bitOffset), (1..<(1 << 24)).contains(width) else { continue }
        result.append(Member(name: prefix + member.name, bits: member.bitOffset..<member.bitOffset + width))
      }
    } catch { throw .typeGraph(error) }
    return result
  }

  /// The members that differ from the program as it was before, sorted; those of the aux where they are not zero.
  ///
  /// - Parameter changed: the bytes of `struct bpf_prog` that differ: where they are, and which bits.
  func names(_ changed: [(offset: Int, bits: UInt8)], _ scratch: ScratchMemory, _ byteOrder: ByteOrder) -> [String] {
    let isAuxTouched = !scratch.isEqual(at: ScratchLayout.aux, to: untouchedAux[...])
    guard !changed.isEmpty || isAuxTouched else { return [] }
    var result = names(of: changed, program, byteOrder)
    if isAuxTouched {
      let bytes = scratch.bytes(at: ScratchLayout.aux, count: untouchedAux.count)
      let written = bytes.enumerated().filter { $0.element != 0 }.map { (offset: $0.offset, bits: $0.element) }
      result.formUnion(names(of: written, aux, byteOrder))
    }
    return result.sorted()
  }

  private func names(
    of changed: [(offset: Int, bits: UInt8)], _ members: [Member], _ byteOrder: ByteOrder
  ) -> Set<String> {
    var result: Set<String> = []
    for byte in changed {
      for bit in 0..<8 {
        guard byte.bits & (byteOrder == .little ? 1 << bit : 0x80 >> bit) != 0 else { continue }
        let place = byte.offset * 8 + bit
        if let member = members.first(where: { $0.bits.contains(place) }) { result.insert(member.name) }
      }
    }
    return result
  }
}
