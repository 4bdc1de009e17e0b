import ByteReading

/// One BPF instruction (`struct bpf_insn`, include/uapi/linux/bpf.h).
public struct Instruction: Hashable, Sendable {
  /// The size of an instruction in bytes.
  public static let byteCount = 8

  public var code: UInt8
  public var destination: UInt8
  public var source: UInt8
  public var offset: Int16
  public var immediate: Int32

  public init(
    code: UInt8, destination: UInt8 = 0, source: UInt8 = 0, offset: Int16 = 0, immediate: Int32 = 0
  ) {
    self.code = code
    self.destination = destination
    self.source = source
    self.offset = offset
    self.immediate = immediate
  }

  /// Reads an instruction from the 64-bit word that its 8 bytes make in the byte order `order`.
  ///
  /// Which half of the second byte is the destination depends on the byte order: `dst_reg` is declared first.
  public init(word: UInt64, _ order: ByteOrder) {
    switch order {
    case .little:
      code = UInt8(truncatingIfNeeded: word)
      destination = UInt8(truncatingIfNeeded: word >> 8 & 0xf)
      source = UInt8(truncatingIfNeeded: word >> 12 & 0xf)
      offset = Int16(truncatingIfNeeded: word >> 16)
      immediate = Int32(truncatingIfNeeded: word >> 32)
    case .big:
      code = UInt8(truncatingIfNeeded: word >> 56)
      destination = UInt8(truncatingIfNeeded: word >> 52 & 0xf)
      source = UInt8(truncatingIfNeeded: word >> 48 & 0xf)
      offset = Int16(truncatingIfNeeded: word >> 32)
      immediate = Int32(truncatingIfNeeded: word)
    }
  }

  /// The word that the instruction's 8 bytes make in the byte order `order`.
  public func word(_ order: ByteOrder) -> UInt64 {
    let offset = UInt64(UInt16(bitPattern: offset))
    let immediate = UInt64(UInt32(bitPattern: immediate))
    switch order {
    case .little:
      return UInt64(code) | UInt64(destination) << 8 | UInt64(source) << 12 | offset << 16
        | immediate << 32
    case .big:
      return UInt64(code) << 56 | UInt64(destination) << 52 | UInt64(source) << 48 | offset << 32
        | immediate
    }
  }

  /// The 8 bytes in hexadecimal, as they lie in memory.
  public func hexadecimal(_ order: ByteOrder) -> String {
    let word = order == .little ? word(order).byteSwapped : word(order)
    let digits = String(word, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

extension Instruction {
  /// The instruction's class, its code's low three bits (`BPF_CLASS`).
  public enum Class: UInt8, Sendable {
    case load = 0, loadRegister, store, storeRegister, alu32, jump, jump32, alu64
  }

  public var instructionClass: Class { Class(rawValue: code & 7) ?? .load }

  /// Whether the second operand is the source register and not the immediate (`BPF_X`).
  public var hasSourceRegister: Bool { code & 0x08 != 0 }

  /// The operation of an arithmetic or jump instruction (`BPF_OP`), its high four bits in place.
  public var operation: UInt8 { code & 0xf0 }

  /// How a load or store finds its memory (`BPF_MODE`).
  public var mode: UInt8 { code & 0xe0 }

  /// The width of a load or store in bytes (`BPF_SIZE`).
  public var accessSize: Int {
    switch code & 0x18 {
    case 0x00: 4
    case 0x08: 2
    case 0x10: 1
    default: 8
    }
  }

  /// The size bits of a code for an access of `size` bytes.
  public static func sizeBits(_ size: Int) -> UInt8 {
    switch size {
    case 1: 0x10
    case 2: 0x08
    case 4: 0x00
    default: 0x18
    }
  }
}

/// `BPF_MODE` values.
public enum AccessMode {
  public static let immediate: UInt8 = 0x00
  public static let memory: UInt8 = 0x60
  public static let memorySignExtended: UInt8 = 0x80
}

/// `BPF_OP` values of arithmetic.
public enum Arithmetic: UInt8, Sendable {
  case add = 0x00, subtract = 0x10, multiply = 0x20, divide = 0x30, or = 0x40, and = 0x50
  case shiftLeft = 0x60, shiftRight = 0x70, negate = 0x80, modulo = 0x90, xor = 0xa0, move = 0xb0
  case arithmeticShiftRight = 0xc0, byteSwap = 0xd0
}

/// `BPF_OP` values of jumps.
public enum Jump: UInt8, Sendable {
  case always = 0x00, equal = 0x10, greater = 0x20, greaterOrEqual = 0x30, anyBitSet = 0x40
  case notEqual = 0x50, signedGreater = 0x60, signedGreaterOrEqual = 0x70, call = 0x80, exit = 0x90
  case less = 0xa0, lessOrEqual = 0xb0, signedLess = 0xc0, signedLessOrEqual = 0xd0
}
