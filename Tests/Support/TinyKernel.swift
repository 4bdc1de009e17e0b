import ByteReading

/// The memory of a kernel with all that is looked for in one, and nothing else: a banner, notes, types, a configuration,
/// lists, symbols.
public struct TinyKernel {
  public var order = ByteOrder.little
  public var machine: UInt16 = 62
  /// The address of the first byte.
  public var base: UInt64 = 0xffff_ffff_8100_0000
  public var form = KallsymsWriter.Form.offsetsLast
  public var absolutePerCPU = false
  /// How many functions there are beside the symbols of data.
  public var functionCount = 300
  public var hasDataSymbols = true
  public var release = "1.2.3-test"
  /// gzip data; none where the kernel is built without its configuration.
  public var configuration: [UInt8] = []
  /// How many empty lists, pointers to their own place, there are.
  public var listCount = 40
  /// What the pointers of the lists are written as; the rest is for relocations.
  public var pointersAreZero = false
  /// How many `Elf64_Rela` entries of `relocationType` there are at the end of the list heads.
  public var relocationType: UInt64?

  public init() {}

  public static let buildID: [UInt8] = [0xde, 0xad, 0xbe, 0xef, 1, 2, 3, 4]

  /// What stands at which offset.
  public enum Offset {
    public static let banner = 0x1000
    public static let notes = 0x1100
    public static let types = 0x1200
    public static let lists = 0x2000
    public static let configuration = 0x4000
    public static let relocations = 0x8000
    public static let functions = 0x10000
    public static let tables = 0x20000
    public static let end = 0x60000
  }

  public var bannerText: String { "Linux version \(release) (a@b) (gcc 12 (x), ld) #1 SMP\n" }

  /// The symbols, as kallsyms has them.
  public var symbols: [KallsymsWriter.Symbol] {
    var result = [KallsymsWriter.Symbol("T", "_text", base)]
    for number in 0..<functionCount {
      result.append(.init("t", "bpf_symbol_\(number)_is_valid_access", base + UInt64(Offset.functions + 16 * number)))
    }
    guard hasDataSymbols else { return result }
    if absolutePerCPU {
      result += [.init("A", "__per_cpu_start", 0), .init("A", "cpu_symbol", 0x1000)]
    }
    if !configuration.isEmpty {
      result.append(.init("R", "kernel_config_data", base + UInt64(Offset.configuration + 8)))
    }
    return result + [
      .init("R", "linux_banner", base + UInt64(Offset.banner)),
      .init("R", "__start_notes", base + UInt64(Offset.notes)),
      .init("R", "__stop_notes", base + UInt64(Offset.notes + 24)),
      .init("B", "_end", base + UInt64(Offset.end)),
    ]
  }

  /// The tables of symbols.
  public var tables: KallsymsWriter.Tables {
    var writer = KallsymsWriter()
    (writer.form, writer.order, writer.absolutePerCPU) = (form, order, absolutePerCPU)
    writer.address = base + UInt64(Offset.tables)
    writer.symbols = symbols
    return writer.write()
  }

  /// A BTF header, an integer type, and strings.
  public var types: [UInt8] {
    var writer = BytesInOrder(order)
    writer.add(UInt16(0xeb9f))
    writer.add([1, 0])
    for word: UInt32 in [24, 0, 16, 16, 5] { writer.add(word) }
    for word: UInt32 in [1, 1 << 24, 4, 32] { writer.add(word) }
    writer.add(Array("\0int\0".utf8))
    return writer.bytes
  }

  /// The memory from the first byte on.
  public var memory: [UInt8] {
    var out = BytesInOrder(order)
    // Code, of a kind: nothing that is zero, so that a wrong base does not pass.
    out.add((0..<Offset.banner).map { UInt8(truncatingIfNeeded: $0 &* 7 | 1) })
    out.add(Array(bannerText.utf8))
    out.pad(to: Offset.notes)
    for word: UInt32 in [4, UInt32(Self.buildID.count), 3] { out.add(word) }
    out.add(Array("GNU\0".utf8) + Self.buildID)
    out.pad(to: Offset.types)
    out.add(types)
    out.pad(to: Offset.lists)
    for number in 0..<listCount {
      let address = base + UInt64(Offset.lists + 16 * number)
      for _ in 0..<2 { out.add(pointersAreZero ? 0 : address) }
    }
    out.fill(to: Offset.configuration)
    if !configuration.isEmpty { out.add(Array("IKCFG_ST".utf8) + configuration + Array("IKCFG_ED".utf8)) }
    out.fill(to: Offset.relocations)
    if let relocationType {
      for number in 0..<2 * listCount {
        let place = Offset.lists + 8 * number
        out.add(base + UInt64(place))
        out.add(relocationType)
        out.add(base + UInt64(place & ~15))
      }
    }
    out.fill(to: Offset.tables)
    out.add(tables.bytes)
    out.fill(to: Offset.end)
    return out.bytes
  }

  /// A vmlinux without symbols, as a bzImage holds it.
  public var stripped: ElfWriter {
    var elf = ElfWriter()
    (elf.machine, elf.order, elf.memoryAddress, elf.memory) = (machine, order, base, memory)
    elf.symbols = nil
    return elf
  }

  /// A vmlinux with a table of symbols.
  public var vmlinux: ElfWriter {
    var elf = stripped
    elf.symbols = symbols.map { ElfWriter.Symbol($0.name, $0.address) }
    return elf
  }
}

/// A writer that can also fill up with something else than zeroes.
private struct BytesInOrder {
  private var writer: ByteWriter

  init(_ order: ByteOrder) { writer = ByteWriter(order) }

  var bytes: [UInt8] { writer.bytes }
  var count: Int { writer.count }
  mutating func add<T: FixedWidthInteger>(_ value: T) { writer.add(value) }
  mutating func add(_ bytes: [UInt8]) { writer.add(bytes) }
  mutating func pad(to count: Int) { writer.pad(to: count) }
  mutating func fill(to count: Int) {
    writer.add((writer.count..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 | 1) })
  }
}
