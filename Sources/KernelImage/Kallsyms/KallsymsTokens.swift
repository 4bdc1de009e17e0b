import ByteReading

/// `kallsyms_token_table` and `kallsyms_token_index`: the 256 pieces that symbol names are put together from.
///
/// The table is 256 strings one after the other, the index 256 16-bit offsets into it. See scripts/kallsyms.c,
/// `write_src`, and kernel/kallsyms.c, `kallsyms_expand_symbol`.
struct KallsymsTokens {
  /// Where the token table starts, and where the index starts and ends.
  let tableOffset: Int
  let indexOffset: Int
  let indexEnd: Int
  /// Where each token starts, counted from the same place as `tableOffset`, and how long it is.
  let tokens: [(offset: Int, count: Int)]

  private static let count = 256
  /// Every digit is a token of its own, as symbol names hold all of them: tokens 0x30 to 0x39.
  private static let digits = Array("0\u{0}1\u{0}2\u{0}3\u{0}4\u{0}5\u{0}6\u{0}7\u{0}8\u{0}9\u{0}".utf8)
  /// How many places with digits in a row are tried.
  private static let tryLimit = 4096
  /// An index entry has 16 bits.
  private static let sizeLimit = 1 << 16

  /// Finds the tables in `bytes`, which are memory of a kernel.
  init?(in bytes: ByteView, _ order: ByteOrder) {
    var start = 0
    for _ in 0..<Self.tryLimit {
      guard let digits = bytes.firstIndex(of: Self.digits, from: start) else { return nil }
      if let found = try? Self(in: bytes, digitsAt: digits, order) {
        self = found
        return
      }
      start = digits + 1
    }
    return nil
  }

  /// The tables around token 0x30 at `digits`; nil where there are none.
  private init?(in bytes: ByteView, digitsAt digits: Int, _ order: ByteOrder) throws(ByteError) {
    var end = digits
    for _ in 0x30..<Self.count {
      guard let next = bytes.memchrIndex(0, from: end), next - digits < Self.sizeLimit else {
        return nil
      }
      end = next + 1
    }
    // The index follows, aligned to 4 or 8 bytes.
    for indexOffset in end..<(end + 8) where indexOffset % 4 == 0 {
      let digitsIndex: UInt16 = try bytes.integer(at: indexOffset + 2 * 0x30, order)
      let tableOffset = digits - Int(digitsIndex)
      guard tableOffset >= 0,
        let tokens = try Self.tokens(in: bytes, tableOffset, indexOffset, order)
      else { continue }
      self.tokens = tokens
      self.tableOffset = tableOffset
      self.indexOffset = indexOffset
      indexEnd = indexOffset + 2 * Self.count
      return
    }
    return nil
  }

  /// The tokens, if each starts where the one before it ends.
  private static func tokens(
    in bytes: ByteView, _ tableOffset: Int, _ indexOffset: Int, _ order: ByteOrder
  ) throws(ByteError) -> [(offset: Int, count: Int)]? {
    var tokens: [(offset: Int, count: Int)] = []
    var expected = 0
    for number in 0..<count {
      let offset = Int(try bytes.integer(UInt16.self, at: indexOffset + 2 * number, order))
      guard offset == expected else { return nil }
      let length = try bytes.nulTerminated(at: tableOffset + offset).count
      tokens.append((tableOffset + offset, length))
      expected = offset + length + 1
    }
    return tokens
  }
}
