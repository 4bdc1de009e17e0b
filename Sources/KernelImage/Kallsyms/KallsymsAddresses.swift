import ByteReading

/// The addresses of a kernel's symbols, and which of the ways to write them the kernel uses.
///
/// Which way it is, is told by what it makes of the words: symbols are sorted by address, so one way gives rising
/// addresses inside the kernel, and the others nonsense.
struct KallsymsAddresses {
  /// How `kallsyms_offsets` says where a symbol is.
  enum Encoding: CaseIterable {
    /// The word, unsigned, is added to `kallsyms_relative_base`, which is the lowest of the addresses.
    case relative
    /// Words that are not negative are absolute addresses (of per-CPU data); of the others it is the base less the word
    /// less 1 (CONFIG_KALLSYMS_ABSOLUTE_PERCPU; x86 up to 6.14).
    case absoluteOrRelative
    /// The word, signed, is added to its own place. There is no base (from 7.0 on).
    case placeRelative
  }

  let encoding: Encoding
  /// The addresses, in the order of the names.
  let values: [UInt64]

  /// Where the table of offsets may be.
  private struct Candidate {
    let encodings: [Encoding]
    let offset: Int
    let baseOffset: Int?
  }

  /// Decodes the addresses of `names`.
  ///
  /// - Parameter memory: where the kernel's memory starts and ends.
  init?(
    of names: KallsymsNames, _ tokens: KallsymsTokens, in segment: Segment, _ order: ByteOrder,
    memory: ClosedRange<UInt64>
  ) {
    for candidate in Self.candidates(names, tokens) {
      guard let words = try? Self.words(candidate, names.count, segment, order),
        let base = try? candidate.baseOffset.map({ offset throws(ByteError) in
          try segment.bytes.integer(UInt64.self, at: offset, order)
        }) ?? 0
      else { continue }
      let place = segment.address &+ UInt64(candidate.offset)
      for encoding in candidate.encodings {
        // Where the base is not in place (s390x before 6.8 puts it there at boot, by a relocation against the symbol
        // _text), it is where the memory starts.
        if let values = Self.decode(
          words, encoding, base: base == 0 ? segment.address : base, place: place, memory)
        {
          self.encoding = encoding
          self.values = values
          return
        }
      }
    }
    return nil
  }

  /// Up to 6.3 the offsets and the base stand before the number of symbols; then they follow the token index. What has a
  /// base is tried first, as words that rise still do when each is added to its own place. Where both alignments would do,
  /// entries that are relative to their place are aligned to 4, all others to 8.
  private static func candidates(
    _ names: KallsymsNames, _ tokens: KallsymsTokens
  ) -> [Candidate] {
    func aligned(_ offset: Int, to alignment: Int) -> Int { (offset + alignment - 1) & ~(alignment - 1) }
    let after = aligned(tokens.indexEnd, to: 8)
    let base = names.countOffset - 8
    return [
      Candidate(
        encodings: [.relative, .absoluteOrRelative], offset: after,
        baseOffset: aligned(after + 4 * names.count, to: 8)),
      Candidate(
        encodings: [.relative, .absoluteOrRelative], offset: base - aligned(4 * names.count, to: 8),
        baseOffset: base),
      Candidate(
        encodings: [.placeRelative], offset: aligned(tokens.indexEnd, to: 4), baseOffset: nil),
      Candidate(encodings: [.placeRelative], offset: after, baseOffset: nil),
    ]
  }

  private static func words(
    _ candidate: Candidate, _ count: Int, _ segment: Segment, _ order: ByteOrder
  ) throws(ByteError) -> [Int32] {
    let table = try segment.bytes.slice(at: candidate.offset, length: 4 * count)
    var words: [Int32] = []
    words.reserveCapacity(count)
    for number in 0..<count { words.append(try table.integer(at: 4 * number, order)) }
    return words
  }

  /// The addresses, if they rise as they must, and lie in the kernel.
  private static func decode(
    _ words: [Int32], _ encoding: Encoding, base: UInt64, place: UInt64, _ memory: ClosedRange<UInt64>
  ) -> [UInt64]? {
    var values: [UInt64] = []
    values.reserveCapacity(words.count)
    var last = Int64.min
    var inside = 0
    for (number, word) in words.enumerated() {
      let value: UInt64
      switch encoding {
      case .relative: value = base &+ UInt64(UInt32(bitPattern: word))
      case .absoluteOrRelative:
        value = word >= 0 ? UInt64(word) : base &- 1 &- UInt64(bitPattern: Int64(word))
      case .placeRelative:
        value = place &+ UInt64(4 * number) &+ UInt64(bitPattern: Int64(word))
      }
      // Addresses rise as unsigned numbers; absolute ones come before all others either way.
      let rank = Int64(bitPattern: value ^ (1 << 63))
      guard rank >= last else { return nil }
      last = rank
      if memory.contains(value) { inside += 1 }
      values.append(value)
    }
    let isBased =
      switch encoding {
      case .relative: words.first == 0
      case .absoluteOrRelative: words.first { $0 < 0 } == -1
      // Code stands before the table, which is read-only data.
      case .placeRelative: words.first ?? 0 < 0
      }
    return isBased && inside * 10 >= words.count * 9 ? values : nil
  }
}
