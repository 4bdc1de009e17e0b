import ByteReading
import TypeGraph

/// What `.BTF.ext` says of the instructions of each section (struct btf_ext_header, tools/lib/bpf/libbpf_internal.h).
struct ExtendedTypes {
  /// A CO-RE relocation as the file has it (`struct bpf_core_relo`, include/uapi/linux/bpf.h).
  struct CoreRecord {
    let type: TypeID
    let access: String
    let kind: UInt32
  }

  /// By section and offset in bytes, ascending.
  private(set) var lines: [String: [(offset: Int, line: SourceLine)]] = [:]
  private(set) var relocations: [String: [Int: CoreRecord]] = [:]

  /// Says nothing.
  init() {}

  /// Reads the section `bytes`, whose strings are those of `types`.
  init(_ bytes: ByteView, types: BTFReader, _ order: ByteOrder) throws(TypeError) {
    do throws(ByteError) {
      let magic: UInt16 = try bytes.integer(at: 0, order)
      guard magic == 0xeb9f else {
        throw ByteError(
          place: bytes.place, offset: 0, needed: 2, available: bytes.count,
          problem: "the magic number is not 0xeb9f")
      }
      let length = Int(try bytes.integer(UInt32.self, at: 4, order))
      lines = try Self.sections(bytes, header: 16, base: length, types, order, least: 16, Self.lineRecord)
      for (section, records) in lines { lines[section] = records.sorted { $0.offset < $1.offset } }
      // A header of 24 bytes has no CO-RE relocations.
      guard length >= 32 else { return }
      let records = try Self.sections(bytes, header: 24, base: length, types, order, least: 16, Self.coreRecord)
      relocations = records.mapValues { list in
        Dictionary(list.map { ($0.offset, $0.line) }, uniquingKeysWith: { first, _ in first })
      }
    } catch { throw .bytes(error) }
  }

  private typealias Reading<R> = (ByteView, Int, BTFReader, ByteOrder) throws(ByteError) -> R

  /// The records of one kind: the size of a record, then for each section its name, their number, and the records.
  private static func sections<R>(
    _ bytes: ByteView, header: Int, base: Int, _ types: BTFReader, _ order: ByteOrder, least: Int, _ read: Reading<R>
  ) throws(ByteError) -> [String: [(offset: Int, line: R)]] {
    let start = base + Int(try bytes.integer(UInt32.self, at: header, order))
    let part = try bytes.slice(at: start, length: Int(try bytes.integer(UInt32.self, at: header + 4, order)))
    guard part.count > 0 else { return [:] }
    let recordSize = Int(try part.integer(UInt32.self, at: 0, order))
    guard (least...4096).contains(recordSize) else {
      throw ByteError(
        place: part.place, offset: start, needed: least, available: recordSize, problem: "its records are \(recordSize) bytes")
    }
    var result: [String: [(offset: Int, line: R)]] = [:]
    var position = 4
    while position < part.count {
      let name = try types.string(at: try part.integer(at: position, order))
      let count = Int(try part.integer(UInt32.self, at: position + 4, order))
      position += 8
      guard count <= (part.count - position) / recordSize else {
        throw ByteError(place: part.place, offset: start + position, needed: count, available: part.count - position)
      }
      for _ in 0..<count {
        let offset = Int(try part.integer(UInt32.self, at: position, order))
        result[name, default: []].append((offset, try read(part, position, types, order)))
        position += recordSize
      }
    }
    return result
  }

  /// `struct bpf_line_info`: offset, file, line's text, line (22 bits) and column (10).
  private static func lineRecord(
    _ part: ByteView, _ at: Int, _ types: BTFReader, _ order: ByteOrder
  ) throws(ByteError) -> SourceLine {
    SourceLine(
      file: try types.string(at: try part.integer(at: at + 4, order)),
      line: Int(try part.integer(UInt32.self, at: at + 12, order) >> 10))
  }

  private static func coreRecord(
    _ part: ByteView, _ at: Int, _ types: BTFReader, _ order: ByteOrder
  ) throws(ByteError) -> CoreRecord {
    CoreRecord(
      type: TypeID(try part.integer(at: at + 4, order)), access: try types.string(at: try part.integer(at: at + 8, order)),
      kind: try part.integer(at: at + 12, order))
  }
}
