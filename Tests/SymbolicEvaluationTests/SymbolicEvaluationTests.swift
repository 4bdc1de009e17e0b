import BPF
import ByteReading
import ContextABI
import SymbolicEvaluation
import TestSupport
import Testing
import TypeGraph

/// Conversions written by hand, and what they mean.
@Suite struct SymbolicEvaluationTests {
  /// struct s { struct s *next; u64 tmp; u32 word; u8 a:3, b:1, c:4; u8 pad; u16 half; u8 bytes[8]; }
  private func fixture(_ order: ByteOrder) throws -> (ConversionMeanings, ConversionMeanings.Root) {
    var btf = BTFWriter(order)
    let u8 = btf.integer("u8", bytes: 1)
    let u16 = btf.integer("u16", bytes: 2)
    let u32 = btf.integer("u32", bytes: 4)
    let u64 = btf.integer("u64", bytes: 8)
    let next = btf.pointer(to: btf.last + 3)
    let bytes = btf.array(of: u8, index: u32, count: 8)
    let s = btf.structure(
      "s", bytes: 32,
      [
        .init("next", next, 0), .init("tmp", u64, 64), .init("word", u32, 128),
        .init("a", u8, 160, bits: 3), .init("b", u8, 163, bits: 1), .init("c", u8, 164, bits: 4),
        .init("half", u16, 176), .init("bytes", bytes, 192),
      ])
    let view = ByteView(copying: btf.write(), place: BytePlace(file: "k"))
    let types = TypeGraph(try BTFReader(view, order: order))
    #expect(try types.composite(named: "s") == TypeID(s))
    return (
      ConversionMeanings(types, order),
      ConversionMeanings.Root(type: TypeID(s), name: "ctx", programType: "XDP", attachName: nil)
    )
  }

  private func meaning(
    _ code: [Instruction], isWrite: Bool = false, base: UInt8 = 1, value: UInt8 = 2,
    _ order: ByteOrder = .little
  ) throws -> String {
    let (meanings, root) = try fixture(order)
    let evaluated = try meanings.evaluate(code, isWrite: isWrite, base: base, value: value)
    return try meanings.meaning(of: evaluated, for: root).description
  }

  private static func load(_ size: Int, _ destination: UInt8, _ source: UInt8, _ offset: Int16) -> Instruction {
    Instruction(
      code: 0x61 | Instruction.sizeBits(size), destination: destination, source: source, offset: offset)
  }

  private static func store(_ size: Int, _ destination: UInt8, _ source: UInt8, _ offset: Int16) -> Instruction {
    Instruction(
      code: 0x63 | Instruction.sizeBits(size), destination: destination, source: source, offset: offset)
  }

  private static func immediate(_ code: UInt8, _ destination: UInt8, _ value: Int32, jump: Int16 = 0) -> Instruction {
    Instruction(code: code, destination: destination, offset: jump, immediate: value)
  }

  // MARK: - Bit-fields, on both byte orders

  @Test func littleEndianBitFields() throws {
    let byte = Self.load(1, 2, 1, 20)
    #expect(try meaning([byte, Self.immediate(0x54, 2, 7)]) == "ctx->a")
    #expect(try meaning([byte, Self.immediate(0x54, 2, 8), Self.immediate(0x74, 2, 3)]) == "ctx->b")
    #expect(try meaning([byte, Self.immediate(0x74, 2, 3), Self.immediate(0x54, 2, 1)]) == "ctx->b")
    #expect(try meaning([byte, Self.immediate(0x77, 2, 4)]) == "ctx->c")
    #expect(try meaning([byte, Self.immediate(0x54, 2, 3)]) == "ctx->a & 0x3")
    #expect(try meaning([byte]) == "ctx->a | (ctx->b << 3) | (ctx->c << 4)")
  }

  @Test func bigEndianBitFields() throws {
    let byte = Self.load(1, 2, 1, 20)
    let first = [byte, Self.immediate(0x54, 2, 0xe0), Self.immediate(0x74, 2, 5)]
    #expect(try meaning(first, .big) == "ctx->a")
    let second = [byte, Self.immediate(0x54, 2, 0x10), Self.immediate(0x74, 2, 4)]
    #expect(try meaning(second, .big) == "ctx->b")
    #expect(try meaning([byte, Self.immediate(0x54, 2, 0xf)], .big) == "ctx->c")
    #expect(try meaning([byte], .big) == "ctx->c | (ctx->b << 4) | (ctx->a << 5)")
  }

  @Test func partsOfMembers() throws {
    #expect(try meaning([Self.load(2, 2, 1, 16)]) == "(u16)ctx->word")
    #expect(try meaning([Self.load(2, 2, 1, 18)]) == "ctx->word >> 16")
    #expect(try meaning([Self.load(2, 2, 1, 16)], .big) == "ctx->word >> 16")
    #expect(try meaning([Self.load(1, 2, 1, 26)]) == "ctx->bytes[2]")
    #expect(try meaning([Self.load(4, 2, 1, 28)]) == "*(u32 *)&ctx->bytes[4]")
    // Padding is said as it is, and so is what lies behind the end.
    #expect(try meaning([Self.load(1, 2, 1, 21)]) == "padding(ctx + 21, 8)")
    #expect(try meaning([Self.load(1, 2, 1, 40)]) == "padding(ctx + 40, 8)")
  }

  @Test func byteSwaps() throws {
    let load = Self.load(2, 2, 1, 22)
    let swapped = "(ctx->half >> 8) | ((u8)ctx->half << 8)"
    #expect(try meaning([load, Self.immediate(0xdc, 2, 16)]) == swapped)
    #expect(try meaning([load, Self.immediate(0xd4, 2, 16)]) == "ctx->half")
    #expect(try meaning([load, Self.immediate(0xdc, 2, 16)], .big) == "ctx->half")
    #expect(try meaning([load, Self.immediate(0xd4, 2, 16)], .big) == swapped)
    #expect(try meaning([load, Self.immediate(0xd7, 2, 16)], .big) == swapped)
    // Twice is not at all.
    #expect(try meaning([load, Self.immediate(0xdc, 2, 16), Self.immediate(0xdc, 2, 16)]) == "ctx->half")
  }

  @Test func signs() throws {
    let load = Self.load(4, 2, 1, 16)
    #expect(try meaning([load, Instruction(code: 0xbf, destination: 2, source: 2, offset: 32)]) == "(s32)ctx->word")
    #expect(try meaning([Instruction(code: 0x81, destination: 2, source: 1, offset: 16)]) == "(s32)ctx->word")
    #expect(
      try meaning([load, Self.immediate(0x67, 2, 32), Self.immediate(0xc7, 2, 32)]) == "(s32)ctx->word")
  }

  // MARK: - Guards

  @Test func guards() throws {
    // r2 = ctx->next; if r2 == 0 goto +1; r2 = r2->word
    let code = [Self.load(8, 2, 1, 0), Self.immediate(0x15, 2, 0, jump: 1), Self.load(4, 2, 2, 16)]
    #expect(try meaning(code) == "ctx->next ? ctx->next->word : 0")
    // The same by the opposite test, with a jump over the other case.
    let other = [
      Self.load(8, 2, 1, 0), Self.immediate(0x55, 2, 0, jump: 2), Self.immediate(0xb7, 2, 0),
      Self.immediate(0x05, 0, 0, jump: 1), Self.load(4, 2, 2, 16),
    ]
    #expect(try meaning(other) == "ctx->next ? ctx->next->word : 0")
    let bound = [Self.load(2, 2, 1, 22), Self.immediate(0x35, 2, 257, jump: 1), Self.immediate(0xb7, 2, 0)]
    #expect(try meaning(bound) == "ctx->half >= 257 ? ctx->half : 0")
  }

  /// A test of what is already known decides nothing.
  @Test func knownConditions() throws {
    let code = [
      Self.load(8, 2, 1, 0), Self.immediate(0x15, 2, 0, jump: 2), Self.immediate(0x15, 2, 0, jump: 1),
      Self.load(4, 2, 2, 16),
    ]
    #expect(try meaning(code) == "ctx->next ? ctx->next->word : 0")
    // A byte is never 256.
    let impossible = [Self.load(1, 2, 1, 24), Self.immediate(0x15, 2, 256, jump: 1), Self.immediate(0xb7, 2, 5)]
    #expect(try meaning(impossible) == "5")
  }

  @Test func tooManyPaths() throws {
    var code: [Instruction] = []
    for offset: Int16 in 24..<31 {
      for bit: Int32 in [1, 2, 4, 8] {
        code.append(Self.load(1, 3, 1, offset))
        code.append(Self.immediate(0x45, 3, bit, jump: 1))
        code.append(Self.immediate(0x07, 2, bit))
      }
    }
    #expect(throws: SymbolicError.tooManyPaths) { _ = try meaning(code) }
  }

  // MARK: - Stores

  @Test func stores() throws {
    #expect(try meaning([Self.store(4, 1, 2, 16)], isWrite: true) == "ctx->word = value")
    #expect(try meaning([Self.store(2, 1, 2, 16)], isWrite: true) == "bits(ctx->word, 0, 16) = value")
    #expect(try meaning([Self.store(2, 1, 2, 16)], isWrite: true, .big) == "bits(ctx->word, 16, 16) = value")
    #expect(try meaning([Self.immediate(0x62, 1, 17, jump: 16)], isWrite: true) == "ctx->word = 17")
    // What is stored back as it was is no change.
    #expect(
      try meaning([Self.load(4, 3, 1, 16), Self.store(4, 1, 3, 16), Self.load(8, 3, 1, 8)], isWrite: true)
        == "r3 = ctx->tmp")
  }

  /// Bits are cleared in the byte that they share with others: only they change.
  @Test func readModifyWrite() throws {
    let code = [Self.load(1, 11, 1, 20), Self.immediate(0x54, 11, -8), Self.store(1, 1, 11, 20)]
    #expect(try meaning(code, isWrite: true) == "ctx->a = 0")
    let other = [Self.load(1, 11, 1, 20), Self.immediate(0x44, 11, 0x10), Self.store(1, 1, 11, 20)]
    #expect(try meaning(other, isWrite: true, .big) == "ctx->b = 1")
  }

  @Test func savedRegister() throws {
    let save = [Self.store(8, 1, 9, 8), Self.load(8, 9, 1, 0), Self.store(4, 9, 2, 16)]
    #expect(try meaning(save + [Self.load(8, 9, 1, 8)], isWrite: true) == "ctx->next->word = value")
    #expect(
      try meaning(save, isWrite: true)
        == "ctx->next->word = value; ctx->tmp = r9; r9 = ctx->next")
    // Restored from another place is not restored.
    #expect(
      try meaning(save + [Self.load(8, 9, 1, 24)], isWrite: true)
        == "ctx->next->word = value; ctx->tmp = r9; r9 = *(u64 *)&ctx->bytes[0]")
  }

  @Test func otherRegisters() throws {
    #expect(
      try meaning([Self.load(4, 2, 1, 16), Self.immediate(0xb7, 5, 3)]) == "(ctx->word, r5 = 3)")
    #expect(try meaning([Self.load(4, 2, 1, 16), Self.immediate(0xb7, 11, 3)]) == "ctx->word")
    // The context's own register may be overwritten only where it is the destination.
    #expect(try meaning([Self.load(4, 2, 1, 16), Self.immediate(0xb7, 1, 0)]) == "(ctx->word, r1 = 0)")
    #expect(try meaning([Self.load(4, 1, 1, 16)], value: 1) == "ctx->word")
  }

  // MARK: - What is not understood

  @Test func unsupported() throws {
    func problem(_ instruction: Instruction) -> String? {
      #expect(throws: SymbolicError.self) { _ = try meaning([instruction]) }?.description
    }
    #expect(
      problem(Instruction(code: 0x85, immediate: 1))
        == "instruction 0 of the conversion, \"(85) call 1\", is not understood")
    #expect(problem(Instruction(code: 0x05, offset: -1))?.contains("goto pc-1") == true)
    #expect(problem(Instruction(code: 0x05, offset: 7))?.contains("a jump out of it") == true)
    #expect(problem(Instruction(code: 0xdb, destination: 1, source: 2)) != nil)
    #expect(problem(Instruction(code: 0x18, destination: 1)) != nil)
  }

  /// Whatever the instructions: a meaning or an error, never a trap.
  @Test(arguments: ByteOrder.allCases)
  func anyInstructions(_ order: ByteOrder) throws {
    let (meanings, root) = try fixture(order)
    var generator = Generator(seed: 3)
    for round in 0..<5_000 {
      let code = (0..<Int.random(in: 1...6, using: &generator)).map { _ in
        var instruction = Instruction(word: generator.edgeOrRandom(), .little)
        if round % 2 == 0 {
          // Those that conversions use, with small numbers.
          instruction.code =
            [0x61, 0x79, 0x71, 0x63, 0x62, 0x54, 0x77, 0x67, 0x0f, 0x15, 0x05, 0xc7, 0xdc][
              Int.random(in: 0..<13, using: &generator)]
          instruction.offset %= 8
          instruction.immediate %= 70
        }
        return instruction
      }
      guard let evaluated = try? meanings.evaluate(code, isWrite: round % 3 == 0, base: 1, value: 2) else { continue }
      _ = try meanings.meaning(of: evaluated, for: root).description
    }
  }
}
