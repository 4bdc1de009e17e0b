import BPF
import ByteReading
import Testing

/// Instructions and their lines, written by hand from `print_bpf_insn` (kernel/bpf/disasm.c, 6.12).
@Suite struct DisassemblyTests {
  struct Line: Sendable, CustomTestStringConvertible {
    let instruction: Instruction
    let text: String

    var testDescription: String { text }

    init(
      _ text: String, _ code: UInt8, _ destination: UInt8 = 0, _ source: UInt8 = 0, _ offset: Int16 = 0,
      _ immediate: Int32 = 0
    ) {
      self.text = text
      instruction = Instruction(
        code: code, destination: destination, source: source, offset: offset, immediate: immediate)
    }
  }

  static let lines = [
    Line("(61) r2 = *(u32 *)(r1 +104)", 0x61, 2, 1, 104),
    Line("(69) r0 = *(u16 *)(r9 -8)", 0x69, 0, 9, -8),
    Line("(71) r3 = *(u8 *)(r3 +0)", 0x71, 3, 3),
    Line("(79) r10 = *(u64 *)(r1 +32767)", 0x79, 10, 1, 32767),
    Line("(81) r2 = *(s32 *)(r1 +4)", 0x81, 2, 1, 4),
    Line("(89) r2 = *(s16 *)(r1 +4)", 0x89, 2, 1, 4),
    Line("(91) r2 = *(s8 *)(r1 +4)", 0x91, 2, 1, 4),
    Line("(63) *(u32 *)(r1 +8) = r2", 0x63, 1, 2, 8),
    Line("(6b) *(u16 *)(r1 +8) = r2", 0x6b, 1, 2, 8),
    Line("(73) *(u8 *)(r1 +8) = r2", 0x73, 1, 2, 8),
    Line("(7b) *(u64 *)(r1 -8) = r9", 0x7b, 1, 9, -8),
    Line("(62) *(u32 *)(r1 +8) = 17", 0x62, 1, 0, 8, 17),
    Line("(7a) *(u64 *)(r1 +8) = -1", 0x7a, 1, 0, 8, -1),
    Line("(54) w2 &= 7", 0x54, 2, 0, 0, 7),
    Line("(57) r2 &= -4", 0x57, 2, 0, 0, -4),
    Line("(74) w2 >>= 5", 0x74, 2, 0, 0, 5),
    Line("(77) r2 >>= 32", 0x77, 2, 0, 0, 32),
    Line("(67) r2 <<= 1", 0x67, 2, 0, 0, 1),
    Line("(c7) r2 s>>= 63", 0xc7, 2, 0, 0, 63),
    Line("(0f) r2 += r11", 0x0f, 2, 11),
    Line("(1f) r2 -= r3", 0x1f, 2, 3),
    Line("(4c) w2 |= w3", 0x4c, 2, 3),
    Line("(a7) r2 ^= 255", 0xa7, 2, 0, 0, 255),
    Line("(27) r2 *= 8", 0x27, 2, 0, 0, 8),
    Line("(3f) r2 /= r3", 0x3f, 2, 3),
    Line("(3f) r2 s/= r3", 0x3f, 2, 3, 1),
    Line("(97) r2 %= 10", 0x97, 2, 0, 0, 10),
    Line("(87) r2 = -r2", 0x87, 2),
    Line("(84) w2 = -w2", 0x84, 2),
    Line("(b7) r2 = 0", 0xb7, 2),
    Line("(b4) w2 = -1", 0xb4, 2, 0, 0, -1),
    Line("(bf) r2 = r3", 0xbf, 2, 3),
    Line("(bf) r2 = (s16)r3", 0xbf, 2, 3, 16),
    Line("(bc) w2 = (s8)w3", 0xbc, 2, 3, 8),
    Line("(dc) r2 = be16 r2", 0xdc, 2, 0, 0, 16),
    Line("(d4) r2 = le32 r2", 0xd4, 2, 0, 0, 32),
    Line("(d7) r2 = bswap64 r2", 0xd7, 2, 0, 0, 64),
    Line("(05) goto pc+3", 0x05, 0, 0, 3),
    Line("(05) goto pc+0", 0x05),
    Line("(05) goto pc-1", 0x05, 0, 0, -1),
    Line("(15) if r2 == 0x0 goto pc+1", 0x15, 2, 0, 1),
    Line("(35) if r2 >= 0xffff goto pc+1", 0x35, 2, 0, 1, 0xffff),
    Line("(55) if r2 != 0xffffffff goto pc+2", 0x55, 2, 0, 2, -1),
    Line("(46) if w11 & 0x4 goto pc+1", 0x46, 11, 0, 1, 4),
    Line("(2d) if r1 > r2 goto pc+7", 0x2d, 1, 2, 7),
    Line("(ae) if w1 < w2 goto pc+7", 0xae, 1, 2, 7),
    Line("(65) if r1 s> 0x5 goto pc+7", 0x65, 1, 0, 7, 5),
    Line("(d5) if r1 s<= 0x5 goto pc+7", 0xd5, 1, 0, 7, 5),
    Line("(95) exit", 0x95),
  ]

  @Test(arguments: lines) func line(_ line: Line) {
    #expect(Disassembly.text(of: line.instruction) == line.text)
  }

  @Test func wideImmediate() {
    let code = [
      Instruction(code: 0x18, destination: 1, immediate: Int32(bitPattern: 0x9abc_def0)),
      Instruction(code: 0, immediate: 0x1234_5678), Instruction(code: 0x95),
    ]
    #expect(Disassembly.lines(code) == ["(18) r1 = 0x123456789abcdef0", "(95) exit"])
    // Its second half is missing.
    #expect(Disassembly.lines([code[0]]).count == 1)
  }

  /// Whatever the bytes: text, and no trap.
  @Test func everyCode() {
    for code in UInt8.min...UInt8.max {
      for register: UInt8 in [0, 15] {
        let text = Disassembly.text(
          of: Instruction(
            code: code, destination: register, source: register, offset: .min, immediate: .min))
        #expect(text.hasPrefix("("))
      }
    }
  }
}

@Suite struct InstructionTests {
  /// `struct bpf_insn`: code, a byte of two registers, the first declared in the lower half on little-endian and in the
  /// upper half on big-endian, 16 bits of offset, 32 bits of immediate.
  @Test func bytes() {
    let instruction = Instruction(code: 0x61, destination: 2, source: 1, offset: 0x0104, immediate: -2)
    #expect(instruction.hexadecimal(.little) == "61120401feffffff")
    #expect(instruction.hexadecimal(.big) == "61210104fffffffe")
    #expect(instruction.word(.little) == 0xffff_fffe_0104_1261)
    #expect(instruction.word(.big) == 0x6121_0104_ffff_fffe)
  }

  @Test(arguments: ByteOrder.allCases)
  func readsBack(_ order: ByteOrder) {
    var number: UInt64 = 0x0123_4567_89ab_cdef
    for _ in 0..<1000 {
      number = number &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      #expect(Instruction(word: number, order).word(order) == number)
    }
  }

  @Test func parts() {
    #expect(Instruction(code: 0x79).accessSize == 8)
    #expect(Instruction(code: 0x61).accessSize == 4)
    #expect(Instruction(code: 0x69).accessSize == 2)
    #expect(Instruction(code: 0x71).accessSize == 1)
    for size in [1, 2, 4, 8] {
      #expect(Instruction(code: 0x61 & ~0x18 | Instruction.sizeBits(size)).accessSize == size)
    }
    #expect(Instruction(code: 0x0f).hasSourceRegister && !Instruction(code: 0x07).hasSourceRegister)
  }
}
