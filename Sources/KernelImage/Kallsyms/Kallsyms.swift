import ByteReading

/// The kernel's own table of its symbols (kernel/kallsyms.c), which is in every kernel with CONFIG_KALLSYMS, stripped or
/// not.
///
/// Nothing says where its parts are, and their order and form changed over the years. They are found by their shape, and
/// hold together: each part is accepted only if all that it says of the others is true.
package struct Kallsyms {
  package let symbols: SymbolTable
  /// Whether it names data too (CONFIG_KALLSYMS_ALL), or functions alone.
  package let hasData: Bool

  /// What the kernel's memory lacks.
  package enum Problem: Error, Hashable, CustomStringConvertible {
    case noTokens, noNames, noAddresses
    case badName(number: Int)

    package var description: String {
      switch self {
      case .noTokens: "no kallsyms token table is in its memory"
      case .noNames: "no kallsyms names and markers stand before the token table"
      case .noAddresses: "no table of addresses fits its kallsyms names"
      case .badName(let number): "the kallsyms name \(number) is damaged"
      }
    }
  }

  /// Decodes the table in a kernel's memory.
  package init(_ memory: KernelMemory) throws(Problem) {
    let place = memory.segments.lazy.compactMap { segment in
      KallsymsTokens(in: segment.bytes, memory.byteOrder).map { (segment, $0) }
    }.first
    guard let (segment, tokens) = place else { throw .noTokens }
    guard
      let names = KallsymsNames(in: segment.bytes, before: tokens.tableOffset, memory.byteOrder)
    else { throw .noNames }
    guard
      let addresses = KallsymsAddresses(
        of: names, tokens, in: segment, memory.byteOrder, memory: memory.extent)
    else { throw .noAddresses }
    let expanded = try Self.expand(names, tokens, in: segment.bytes)
    hasData = expanded.hasData
    symbols = SymbolTable(
      addresses: addresses.values, nameOffsets: expanded.offsets,
      names: ByteView(copying: expanded.text, place: segment.bytes.place))
  }

  private struct ExpandedNames {
    /// Each name's type, name and a NUL.
    var text: [UInt8] = []
    /// Where each name starts in `text`, behind its type.
    var offsets: [UInt32] = []
    var hasData = false
  }

  /// A name is at most 512 bytes long (KSYM_NAME_LEN); it expands to no more than this here.
  private static let nameLimit = 2048
  private static let textLimit = 256 << 20

  private static func expand(
    _ names: KallsymsNames, _ tokens: KallsymsTokens, in bytes: ByteView
  ) throws(Problem) -> ExpandedNames {
    var result = ExpandedNames()
    result.offsets.reserveCapacity(names.count)
    result.text.reserveCapacity(names.count * 24)
    var offset = names.namesOffset
    for number in 0..<names.count {
      guard let entry = try? KallsymsNames.entry(in: bytes, at: offset),
        entry.upperBound <= bytes.count
      else { throw .badName(number: number) }
      let start = result.text.count
      bytes.withBytes { bytes in
        for token in bytes[entry] where result.text.count - start <= nameLimit {
          let (offset, count) = tokens.tokens[Int(token)]
          result.text.append(
            contentsOf: UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + count)]))
        }
      }
      guard result.text.count > start, result.text.count - start <= nameLimit,
        result.text.count < textLimit
      else { throw .badName(number: number) }
      if !result.hasData { result.hasData = isDataType(result.text[start]) }
      result.offsets.append(UInt32(start + 1))
      result.text.append(0)
      offset = entry.upperBound
    }
    return result
  }

  /// Whether nm's letter stands for data that is initialised and read-only, where `bpf_verifier_ops` is. (Linkers define
  /// some symbols of data in every kernel, but not there.)
  private static func isDataType(_ type: UInt8) -> Bool { type == 0x72 || type == 0x52 /* r, R */ }
}
