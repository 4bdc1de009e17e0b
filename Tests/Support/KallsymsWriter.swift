import ByteReading

/// Writes a kernel's own table of symbols as scripts/kallsyms.c does, in every form that it has had since 5.10.
public struct KallsymsWriter {
  /// The order of the tables, and how addresses are written.
  public enum Form: String, CaseIterable, Sendable {
    /// 5.10 to 6.1: offsets, base, number, names, markers, token table, token index.
    case offsetsFirst
    /// The same with `kallsyms_seqs_of_names` between markers and token table (6.1 stable, 6.2).
    case offsetsFirstWithSequences
    /// The number of symbols first; offsets, base and sequences after the token index (6.4 to 6.19).
    case offsetsLast
    /// The same without a base, each offset relative to its own place, all aligned to 4 (from 7.0 on).
    case placeRelative
  }

  public struct Symbol: Hashable, Sendable {
    public let type: Character
    public let name: String
    public let address: UInt64

    public init(_ type: Character, _ name: String, _ address: UInt64) {
      self.type = type
      self.name = name
      self.address = address
    }
  }

  /// The tables, and where each of them starts.
  public struct Tables {
    public fileprivate(set) var bytes: [UInt8]
    public fileprivate(set) var starts: [String: Int] = [:]

    /// Where a table starts that the form has.
    public func start(_ name: String) -> Int { starts[name] ?? -1 }
  }

  public var form = Form.offsetsFirst
  public var order = ByteOrder.little
  /// Per-CPU symbols are absolute, and others are written as the base less the address less 1.
  public var absolutePerCPU = false
  /// The address of the tables.
  public var address: UInt64 = 0
  /// Sorted by address when they are written.
  public var symbols: [Symbol] = []

  public init() {}

  /// Pieces that stand for more than one character, where there is a free number for them.
  private static let pieces = ["bpf_", "_is_", "valid", "access", "ker", "nel", "sym", "bol_", "_e"]

  /// The 256 tokens: a character that occurs in names stands for itself.
  private var tokens: [String] {
    var tokens = [String](repeating: "", count: 256)
    let characters = Set(symbols.flatMap { [$0.type] + Array($0.name) } + Array("0123456789"))
    for character in characters { tokens[Int(character.asciiValue!)] = String(character) }
    var pieces = Self.pieces.makeIterator()
    for number in tokens.indices where tokens[number].isEmpty { tokens[number] = pieces.next() ?? "" }
    return tokens
  }

  /// A name's tokens: the longest piece that fits, at each place.
  private func compress(_ symbol: Symbol, _ tokens: [String]) -> [UInt8] {
    var rest = Substring("\(symbol.type)\(symbol.name)")
    var result: [UInt8] = []
    let numbers = tokens.indices.filter { !tokens[$0].isEmpty }.sorted { tokens[$0].count > tokens[$1].count }
    while !rest.isEmpty {
      let number = numbers.first { rest.hasPrefix(tokens[$0]) }!
      result.append(UInt8(number))
      rest = rest.dropFirst(tokens[number].count)
    }
    return result
  }

  /// Writes the tables.
  public func write() -> Tables {
    let sorted = symbols.sorted { $0.address < $1.address }
    let tokens = tokens
    var out = ByteWriter(order)
    var starts: [String: Int] = [:]
    let alignment = form == .placeRelative ? 4 : 8
    func label(_ name: String) {
      out.pad(to: (out.count + alignment - 1) / alignment * alignment)
      starts[name] = out.count
    }
    func offsets() {
      let base = relativeBase(sorted)
      label("offsets")
      for symbol in sorted {
        out.add(offset(of: symbol, base: base, place: address + UInt64(out.count)))
      }
      if form != .placeRelative {
        label("relative_base")
        out.add(base)
      }
    }
    func sequences() {
      label("seqs_of_names")
      for (number, _) in sorted.enumerated().sorted(by: { $0.element.name < $1.element.name }) {
        out.add([UInt8(number >> 16), UInt8(number >> 8 & 0xff), UInt8(number & 0xff)])
      }
    }
    let offsetsComeFirst = form == .offsetsFirst || form == .offsetsFirstWithSequences
    if offsetsComeFirst { offsets() }
    label("num_syms")
    out.add(UInt32(sorted.count))
    label("names")
    var markers: [UInt32] = []
    for (number, symbol) in sorted.enumerated() {
      if number % 256 == 0 { markers.append(UInt32(out.count - starts["names"]!)) }
      let name = compress(symbol, tokens)
      out.add(name.count < 0x80 ? [UInt8(name.count)] : [UInt8(name.count & 0x7f | 0x80), UInt8(name.count >> 7)])
      out.add(name)
    }
    label("markers")
    for marker in markers { out.add(marker) }
    if form == .offsetsFirstWithSequences { sequences() }
    label("token_table")
    var index: [UInt16] = []
    for token in tokens {
      index.append(UInt16(out.count - starts["token_table"]!))
      out.add(Array(token.utf8) + [0])
    }
    label("token_index")
    for offset in index { out.add(offset) }
    if !offsetsComeFirst {
      offsets()
      sequences()
    }
    out.pad(to: (out.count + 7) & ~7)
    return Tables(bytes: out.bytes, starts: starts)
  }

  private func isAbsolute(_ symbol: Symbol) -> Bool { absolutePerCPU && symbol.address < 0x100_0000 }

  private func relativeBase(_ sorted: [Symbol]) -> UInt64 {
    sorted.first { !isAbsolute($0) }?.address ?? 0
  }

  private func offset(of symbol: Symbol, base: UInt64, place: UInt64) -> UInt32 {
    switch form {
    case .placeRelative: UInt32(truncatingIfNeeded: symbol.address &- place)
    case _ where isAbsolute(symbol): UInt32(symbol.address)
    case _ where absolutePerCPU: UInt32(truncatingIfNeeded: base &- symbol.address &- 1)
    default: UInt32(truncatingIfNeeded: symbol.address &- base)
    }
  }
}
