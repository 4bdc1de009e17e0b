/// What of a context without a structure is asked for, whose size nothing tells.
///
/// Every access to its start; then, as far as accesses are accepted, the words at powers of two, and every access around the
/// end. What is accepted at a place is a record like any other, so that an end that moves is a difference of the records.
struct OpaqueContext {
  /// How many bytes from the start on are asked for in any case.
  static let start = 128
  /// An instruction's offset has 16 bits and a sign (`struct bpf_insn`, include/uapi/linux/bpf.h).
  static let bound = 1 << 15
  /// How many bytes before the end of what is accepted are asked for, and how many behind it.
  private static let beforeEnd = 64
  private static let behindEnd = 32
  /// What is not asked for byte by byte is looked at by words.
  private static let word = 8

  /// The end of what is accepted, in bytes; nil where it lies in the start.
  let end: Int?

  /// Looks for the end.
  ///
  /// - Parameter isAccepted: whether some access within these bytes is accepted. Asked for some twenty words at most.
  init(isAccepted: (Range<Int>) -> Bool) {
    func reaches(_ offset: Int) -> Bool { isAccepted(offset..<offset + Self.word) }
    guard var last = Self.powers.last(where: reaches) else {
      end = nil
      return
    }
    var refused = last * 2
    while refused - last > Self.word {
      let middle = last + (refused - last) / 2
      if reaches(middle) { last = middle } else { refused = middle }
    }
    end = refused
  }

  private static let powers = sequence(first: start) { $0 * 2 < bound ? $0 * 2 : nil }.map { $0 }

  /// The offsets behind the start that are asked for, in order.
  var offsetsBehindStart: [Int] {
    guard let end else { return [] }
    var offsets = Set(end - Self.beforeEnd..<min(end + Self.behindEnd, Self.bound))
    for power in Self.powers where power < end { offsets.formUnion(power..<power + Self.word) }
    return offsets.filter { $0 >= Self.start }.sorted()
  }

  /// What was asked for, for the coverage. It does not tell the end: the records do.
  var remark: String {
    let start = "the context is no structure: its first \(Self.start) bytes were asked for"
    guard let end else { return start }
    let rest =
      "\(start), 8 bytes at every power of two, and the last \(Self.beforeEnd) bytes of what is accepted"
    return end < Self.bound ? rest : "\(rest) below byte \(Self.bound), further than which no instruction reaches"
  }
}
