import ByteReading
import TestSupport
import Testing

import KernelImage

@Suite struct KallsymsTests {
  private static let base: UInt64 = 0xffff_ffff_8100_0000

  private func writer(
    _ form: KallsymsWriter.Form, _ order: ByteOrder, _ count: Int
  ) -> KallsymsWriter {
    var writer = KallsymsWriter()
    (writer.form, writer.order, writer.address) = (form, order, Self.base + 0x1000)
    for number in 0..<count {
      let address = Self.base + UInt64(number * number % 7 + number * 16)
      writer.symbols.append(
        KallsymsWriter.Symbol(
          number % 3 == 0 ? "R" : "t", "kernel_symbol_\(number)_is_valid", address))
    }
    return writer
  }

  /// Some code, the tables, some data.
  private func memory(_ tables: [UInt8], _ order: ByteOrder) -> KernelMemory {
    var bytes = (0..<0x1000).map { UInt8(truncatingIfNeeded: $0 &* 7 | 1) } + tables
    bytes += (0..<0x1000).map { UInt8(truncatingIfNeeded: $0 &* 11 | 1) }
    return memory(bytes, order: order)
  }

  private func memory(_ bytes: [UInt8], order: ByteOrder) -> KernelMemory {
    KernelMemory(
      segments: [
        Segment(
          address: Self.base, memorySize: max(bytes.count, 1 << 20),
          bytes: ByteView(copying: bytes, place: BytePlace(file: "kernel")))
      ], byteOrder: order, file: "kernel")
  }

  private func symbols(_ kallsyms: Kallsyms) -> [String: Set<UInt64>] {
    var result: [String: Set<UInt64>] = [:]
    kallsyms.symbols.forEach { name, address in result[name, default: []].insert(address) }
    return result
  }

  private func symbols(_ writer: KallsymsWriter) -> [String: Set<UInt64>] {
    Dictionary(grouping: writer.symbols, by: \.name).mapValues { Set($0.map(\.address)) }
  }

  private static let shapes = KallsymsWriter.Form.allCases.flatMap { form in
    ByteOrder.allCases.map { (form, $0) }
  }

  @Test(arguments: shapes, [1, 2, 3, 255, 256, 257, 511, 512, 513, 1000, 1001, 3000])
  func everyForm(_ shape: (KallsymsWriter.Form, ByteOrder), _ count: Int) throws {
    let writer = writer(shape.0, shape.1, count)
    let kallsyms = try Kallsyms(memory(writer.write().bytes, shape.1))
    #expect(symbols(kallsyms) == symbols(writer))
    #expect(kallsyms.symbols.count == count)
    #expect(kallsyms.hasData)
  }

  @Test(arguments: [KallsymsWriter.Form.offsetsFirst, .offsetsFirstWithSequences, .offsetsLast])
  func absolutePerCPUSymbols(_ form: KallsymsWriter.Form) throws {
    var writer = writer(form, .little, 700)
    writer.absolutePerCPU = true
    for number in 0..<40 { writer.symbols.append(.init("A", "cpu_data_\(number)", UInt64(number * 8))) }
    let kallsyms = try Kallsyms(memory(writer.write().bytes, .little))
    #expect(symbols(kallsyms) == symbols(writer))
    #expect(kallsyms.symbols.address(of: "cpu_data_0") == 0)
  }

  /// Names of 128 tokens and more have their length in two bytes.
  @Test(arguments: shapes)
  func longNames(_ shape: (KallsymsWriter.Form, ByteOrder)) throws {
    var writer = writer(shape.0, shape.1, 600)
    for (number, length) in [126, 127, 128, 129, 300, 500].enumerated() {
      writer.symbols.append(
        .init("T", String(repeating: "z", count: length), Self.base + UInt64(0x9000 + number)))
    }
    #expect(symbols(try Kallsyms(memory(writer.write().bytes, shape.1))) == symbols(writer))
  }

  @Test(arguments: shapes)
  func functionsAlone(_ shape: (KallsymsWriter.Form, ByteOrder)) throws {
    var writer = writer(shape.0, shape.1, 400)
    writer.symbols = writer.symbols.map { .init("t", $0.name, $0.address) }
    #expect(try !Kallsyms(memory(writer.write().bytes, shape.1)).hasData)
  }

  /// The base is relocated at boot only: the tables' own memory is where they start.
  @Test func baseThatIsNotInPlace() throws {
    let writer = writer(.offsetsFirst, .big, 400)
    let tables = writer.write()
    var bytes = ByteWriter(.big)
    bytes.add(tables.bytes)
    bytes.replace(UInt64(0), at: tables.start("relative_base"))
    #expect(symbols(try Kallsyms(memory(bytes.bytes, .big))) == symbols(writer))
  }

  // MARK: - Damage

  private func problem(_ memory: KernelMemory) -> Kallsyms.Problem? {
    do throws(Kallsyms.Problem) {
      _ = try Kallsyms(memory)
      return nil
    } catch { return error }
  }

  /// Writes a word over one of the tables.
  private func damaged<T: FixedWidthInteger>(
    _ form: KallsymsWriter.Form, _ table: String, at offset: Int, _ value: T
  ) -> Kallsyms.Problem? {
    let tables = writer(form, .little, 600).write()
    var bytes = ByteWriter(.little)
    bytes.add(tables.bytes)
    bytes.replace(value, at: tables.start(table) + offset)
    return problem(memory(bytes.bytes, .little))
  }

  @Test(arguments: KallsymsWriter.Form.allCases)
  func damagedTables(_ form: KallsymsWriter.Form) {
    // A token without an end shifts all that follow; a token of the index that is none.
    #expect(damaged(form, "token_table", at: 4, UInt8(0x41)) == .noTokens)
    #expect(damaged(form, "token_index", at: 100, UInt16(7)) == .noTokens)
    // Absurd numbers of symbols.
    for count: UInt32 in [0, 599, 601, 1 << 21, 1 << 31, 0xffff_ffff] {
      #expect(damaged(form, "num_syms", at: 0, count) == .noNames, "\(count)")
    }
    // Markers that the names do not come by.
    #expect(damaged(form, "markers", at: 4, UInt32(7000)) == .noNames)
    #expect(damaged(form, "markers", at: 8, UInt32(0xffff_ffff)) == .noNames)
    // A length that leads elsewhere.
    #expect(damaged(form, "names", at: 0, UInt8(0)) == .noNames)
    #expect(damaged(form, "names", at: 0, UInt16(0xffff)) == .noNames)
    // Addresses that do not rise.
    #expect(damaged(form, "offsets", at: 400, Int32(-5)) == .noAddresses)
  }

  @Test func baseElsewhere() {
    #expect(damaged(.offsetsFirst, "relative_base", at: 0, UInt64(0x1_0000)) == .noAddresses)
    #expect(damaged(.offsetsLast, "relative_base", at: 0, UInt64.max) == .noAddresses)
  }

  @Test(arguments: shapes)
  func truncated(_ shape: (KallsymsWriter.Form, ByteOrder)) {
    let tables = writer(shape.0, shape.1, 600).write()
    // What follows the last table that is needed may be cut off.
    let last = shape.0.rawValue.hasPrefix("offsetsFirst") ? tables.bytes.count : tables.start("seqs_of_names")
    for start in Array(tables.starts.values) + [last] {
      for length in [start - 1, start, start + 1] where length >= 0 && length < last - 7 {
        let problem = problem(memory(Array(tables.bytes[..<length]), order: shape.1))
        #expect(problem != nil, "\(length) of \(tables.bytes.count)")
      }
    }
  }

  /// Every byte of small tables with two others in its place: an error or symbols, never a trap.
  @Test(arguments: KallsymsWriter.Form.allCases)
  func everyByteDamaged(_ form: KallsymsWriter.Form) {
    let bytes = writer(form, .little, 5).write().bytes
    var errors = 0
    for index in bytes.indices {
      for value in [bytes[index] ^ 0x80, 0] {
        var damaged = bytes
        damaged[index] = value
        if problem(memory(damaged, order: .little)) != nil { errors += 1 }
      }
    }
    #expect(errors > 100)
  }

  /// Memory that is made to look like tables everywhere: an answer in reasonable time.
  @Test(
    .timeLimit(.minutes(1)),
    arguments: [
      [UInt8](repeating: 0, count: 8),
      Array("0\u{0}1\u{0}2\u{0}3\u{0}4\u{0}5\u{0}6\u{0}7\u{0}8\u{0}9\u{0}".utf8),
      [1, 0, 0, 0, 1, 1, 0, 0],
    ])
  func repetitions(_ pattern: [UInt8]) {
    let tables = writer(.offsetsLast, .little, 5).write()
    let filling = Array(repeatElement(pattern, count: (8 << 20) / pattern.count).joined())
    // In front of tables without names, and of no tables.
    let tokens = Array(tables.bytes[tables.start("token_table")...])
    #expect(problem(memory(filling, order: .little)) == .noTokens)
    #expect(problem(memory(filling + tokens, order: .little)) != nil)
  }
}
