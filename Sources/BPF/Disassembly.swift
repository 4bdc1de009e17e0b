/// Writes instructions in the wording of the kernel's own disassembler (kernel/bpf/disasm.c).
public enum Disassembly {
  /// One instruction as `print_bpf_insn` writes it.
  ///
  /// - Parameter next: the instruction after it, which holds the upper half of a 64-bit immediate.
  public static func text(of instruction: Instruction, next: Instruction? = nil) -> String {
    let code = String(instruction.code, radix: 16)
    return "(\(code.count == 1 ? "0" : "")\(code)) \(operation(of: instruction, next: next))"
  }

  /// A sequence of instructions, a line each; the second half of a wide immediate has no line of its own.
  public static func lines(_ code: [Instruction]) -> [String] {
    var result: [String] = []
    var index = 0
    while index < code.count {
      let next = index + 1 < code.count ? code[index + 1] : nil
      result.append(text(of: code[index], next: next))
      index += code[index].code == 0x18 ? 2 : 1
    }
    return result
  }

  private static func operation(of instruction: Instruction, next: Instruction?) -> String {
    switch instruction.instructionClass {
    case .alu32, .alu64: arithmetic(instruction)
    case .loadRegister: load(instruction)
    case .storeRegister:
      instruction.mode == AccessMode.memory
        ? "\(memory(instruction, instruction.destination)) = r\(instruction.source)"
        : unknown(instruction)
    case .store:
      "\(memory(instruction, instruction.destination)) = \(instruction.immediate)"
    case .load: wideImmediate(instruction, next)
    case .jump, .jump32: jump(instruction)
    }
  }

  private static func unknown(_ instruction: Instruction) -> String {
    let code = String(instruction.code, radix: 16)
    return "BUG_\(code.count == 1 ? "0" : "")\(code)"
  }

  private static let sizes = [1: "u8", 2: "u16", 4: "u32", 8: "u64"]
  private static let signedSizes = [1: "s8", 2: "s16", 4: "s32", 8: "s64"]

  private static func memory(
    _ instruction: Instruction, _ base: UInt8, signed: Bool = false
  ) -> String {
    let names = signed ? signedSizes : sizes
    return "*(\(names[instruction.accessSize] ?? "?") *)(r\(base) \(signedOffset(instruction.offset)))"
  }

  private static func signedOffset(_ offset: Int16) -> String {
    offset < 0 ? "\(offset)" : "+\(offset)"
  }

  private static func load(_ instruction: Instruction) -> String {
    switch instruction.mode {
    case AccessMode.memory:
      "r\(instruction.destination) = \(memory(instruction, instruction.source))"
    case AccessMode.memorySignExtended:
      "r\(instruction.destination) = \(memory(instruction, instruction.source, signed: true))"
    default: unknown(instruction)
    }
  }

  private static func wideImmediate(_ instruction: Instruction, _ next: Instruction?) -> String {
    guard instruction.code == 0x18, let next else { return unknown(instruction) }
    let value =
      UInt64(UInt32(bitPattern: next.immediate)) << 32
      | UInt64(UInt32(bitPattern: instruction.immediate))
    return "r\(instruction.destination) = 0x\(String(value, radix: 16))"
  }

  private static let operators: [Arithmetic: String] = [
    .add: "+=", .subtract: "-=", .multiply: "*=", .divide: "/=", .or: "|=", .and: "&=",
    .shiftLeft: "<<=", .shiftRight: ">>=", .modulo: "%=", .xor: "^=", .move: "=",
    .arithmeticShiftRight: "s>>=",
  ]
  private static let signedOperators: [Arithmetic: String] = [.divide: "s/=", .modulo: "s%="]

  private static func arithmetic(_ instruction: Instruction) -> String {
    let wide = instruction.instructionClass == .alu64
    let register = wide ? "r" : "w"
    let destination = "\(register)\(instruction.destination)"
    guard let operation = Arithmetic(rawValue: instruction.operation) else {
      return unknown(instruction)
    }
    switch operation {
    case .byteSwap: return byteSwap(instruction, wide: wide)
    case .negate: return "\(destination) = -\(destination)"
    case .move where instruction.hasSourceRegister && instruction.offset != 0:
      return "\(destination) = (s\(instruction.offset))\(register)\(instruction.source)"
    default: break
    }
    let signed = instruction.offset == 1
    guard let symbol = (signed ? signedOperators[operation] : nil) ?? operators[operation] else {
      return unknown(instruction)
    }
    let operand =
      instruction.hasSourceRegister
      ? "\(register)\(instruction.source)" : "\(instruction.immediate)"
    return "\(destination) \(symbol) \(operand)"
  }

  private static func byteSwap(_ instruction: Instruction, wide: Bool) -> String {
    let name = wide ? "bswap" : instruction.hasSourceRegister ? "be" : "le"
    return "r\(instruction.destination) = \(name)\(instruction.immediate) r\(instruction.destination)"
  }

  private static let comparisons: [Jump: String] = [
    .equal: "==", .greater: ">", .greaterOrEqual: ">=", .anyBitSet: "&", .notEqual: "!=",
    .signedGreater: "s>", .signedGreaterOrEqual: "s>=", .less: "<", .lessOrEqual: "<=",
    .signedLess: "s<", .signedLessOrEqual: "s<=",
  ]

  private static func jump(_ instruction: Instruction) -> String {
    let wide = instruction.instructionClass == .jump
    guard let operation = Jump(rawValue: instruction.operation) else { return unknown(instruction) }
    switch operation {
    case .always:
      return wide
        ? "goto pc\(signedOffset(instruction.offset))"
        : "gotol pc\(instruction.immediate < 0 ? "" : "+")\(instruction.immediate)"
    case .call: return "call \(instruction.immediate)"
    case .exit: return "exit"
    default: break
    }
    let register = wide ? "r" : "w"
    let operand =
      instruction.hasSourceRegister
      ? "\(register)\(instruction.source)" : "0x\(String(UInt32(bitPattern: instruction.immediate), radix: 16))"
    return
      "if \(register)\(instruction.destination) \(comparisons[operation] ?? "?") \(operand) goto pc\(signedOffset(instruction.offset))"
  }
}
