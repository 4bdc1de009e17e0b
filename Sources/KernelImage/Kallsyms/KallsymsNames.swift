import ByteReading

/// `kallsyms_num_syms`, `kallsyms_names` and `kallsyms_markers`: the names of a kernel's symbols, compressed.
///
/// A name is its length in tokens (one byte, or two where the first one's high bit is set) and its tokens' numbers; the
/// first character that comes out is the symbol's type as nm prints it. Every 256th name's offset is a marker.
///
/// Markers stand before the token table; from 6.2 on, and in stable kernels that took it over, `kallsyms_seqs_of_names`
/// (3 bytes a name) may stand between the two. The number of names stands before them, both at an alignment of 8, or of
/// 4 since 7.0.
struct KallsymsNames {
  /// How many names there are.
  let count: Int
  let countOffset: Int
  let namesOffset: Int
  let markersOffset: Int

  private static let interval = 256
  /// More symbols than any kernel has, with all its modules built in.
  private static let countLimit = 1 << 21
  /// How far before the token table markers are looked for: `kallsyms_seqs_of_names` and the markers of `countLimit`.
  private static let searchLimit = countLimit * 3 + countLimit / interval * 4
  /// A name's length and tokens take no more bytes than this: it has at most 512 characters (KSYM_NAME_LEN).
  private static let entryLimit = 2 + 512
  /// How many places that may be markers are tried, the longest first.
  private static let tryLimit = 16

  /// Finds the tables that stand before the token table at `tokenTable`.
  init?(in bytes: ByteView, before tokenTable: Int, _ order: ByteOrder) {
    for markers in Self.markerCandidates(in: bytes, before: tokenTable, order).prefix(Self.tryLimit) {
      if let found = try? Self(in: bytes, markers, order) {
        self = found
        return
      }
    }
    return nil
  }

  /// A run of words that may be markers: the first is 0, each is larger than the one before.
  private struct Markers {
    let offset: Int
    let values: [Int]
  }

  /// The places that may be markers, the longest run first, of equal ones the nearest to the token table first.
  private static func markerCandidates(
    in bytes: ByteView, before end: Int, _ order: ByteOrder
  ) -> [Markers] {
    var candidates: [(offset: Int, count: Int)] = []
    var current: (offset: Int, count: Int, last: Int)?
    func close() {
      if let run = current { candidates.append((run.offset, run.count)) }
      current = nil
    }
    let first = max(0, end - searchLimit)
    for offset in stride(from: (first + 3) & ~3, to: end & ~3, by: 4) {
      guard let word: UInt32 = try? bytes.integer(at: offset, order) else { break }
      let value = Int(word)
      if let run = current, value > run.last, value - run.last <= interval * entryLimit,
        value - run.last >= interval * 2
      {
        current = (run.offset, run.count + 1, value)
      } else {
        close()
        if value == 0 { current = (offset, 1, 0) }
      }
    }
    close()
    // Only the last of the zeroes in a row can be followed by a marker; of the others few are worth a try.
    let ranked = candidates.sorted { ($0.count, $0.offset) > ($1.count, $1.offset) }
    return ranked.prefix(tryLimit).map { candidate in
      Markers(
        offset: candidate.offset,
        values: (0..<candidate.count).map { number in
          Int((try? bytes.integer(UInt32.self, at: candidate.offset + 4 * number, order)) ?? 0)
        })
    }
  }

  /// The names that `markers` count, which stand before them.
  private init?(in bytes: ByteView, _ markers: Markers, _ order: ByteOrder) throws(ByteError) {
    // What follows the markers may look like some more of them: the number of names decides how many there are.
    for markerCount in stride(
      from: markers.values.count, through: max(1, markers.values.count - 3), by: -1)
    {
      let lastMarker = markers.values[markerCount - 1]
      var names = (markers.offset - lastMarker - 2) & ~3
      let lowest = max(8, markers.offset - lastMarker - Self.interval * Self.entryLimit - 8)
      while names >= lowest {
        for countOffset in [names - 8, names - 4] where countOffset % 4 == 0 {
          let count = Int(try bytes.integer(UInt32.self, at: countOffset, order))
          guard count > 0, count <= Self.countLimit,
            (count + Self.interval - 1) / Self.interval == markerCount,
            try Self.fit(bytes, names: names, count, markers)
          else { continue }
          self.count = count
          self.countOffset = countOffset
          namesOffset = names
          markersOffset = markers.offset
          return
        }
        names -= 4
      }
    }
    return nil
  }

  /// Whether `count` names from `names` on come by every marker, and end where the markers start.
  private static func fit(
    _ bytes: ByteView, names: Int, _ count: Int, _ markers: Markers
  ) throws(ByteError) -> Bool {
    var offset = names
    for number in 0..<count {
      if number % interval == 0, offset - names != markers.values[number / interval] { return false }
      let entry = try KallsymsNames.entry(in: bytes, at: offset)
      guard !entry.isEmpty, entry.upperBound <= markers.offset else { return false }
      offset = entry.upperBound
    }
    return markers.offset - offset < 8
  }

  /// Where the tokens of the name at `offset` are.
  static func entry(in bytes: ByteView, at offset: Int) throws(ByteError) -> Range<Int> {
    let low: UInt8 = try bytes.integer(at: offset, .little)
    guard low & 0x80 != 0 else { return (offset + 1)..<(offset + 1 + Int(low)) }
    let high: UInt8 = try bytes.integer(at: offset + 1, .little)
    let length = Int(low & 0x7f) | Int(high) << 7
    return (offset + 2)..<(offset + 2 + length)
  }
}
