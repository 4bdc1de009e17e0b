import BPF

/// What instructions make of numbers (Documentation/bpf/standardization/instruction-set.rst).
enum Scalar {
  /// The result of an arithmetic instruction; nil where this does not know it.
  static func compute(_ instruction: Instruction, _ left: UInt64, _ right: UInt64) -> UInt64? {
    guard let operation = Arithmetic(rawValue: instruction.operation) else { return nil }
    if operation == .byteSwap { return swapped(instruction, left) }
    return instruction.instructionClass == .alu32
      ? compute32(operation, instruction.offset, UInt32(truncatingIfNeeded: left), UInt32(truncatingIfNeeded: right))
        .map(UInt64.init)
      : compute64(operation, instruction.offset, left, right)
  }

  private static func compute64(_ operation: Arithmetic, _ offset: Int16, _ left: UInt64, _ right: UInt64) -> UInt64? {
    let (signed, by) = (Int64(bitPattern: left), Int64(bitPattern: right))
    switch operation {
    case .add: return left &+ right
    case .subtract: return left &- right
    case .multiply: return left &* right
    case .divide where offset == 1:
      return right == 0 ? 0 : UInt64(bitPattern: signed.dividedReportingOverflow(by: by).partialValue)
    case .divide: return right == 0 ? 0 : left / right
    case .modulo where offset == 1:
      return right == 0 ? left : UInt64(bitPattern: signed.remainderReportingOverflow(dividingBy: by).partialValue)
    case .modulo: return right == 0 ? left : left % right
    case .or: return left | right
    case .and: return left & right
    case .xor: return left ^ right
    case .shiftLeft: return left << (right & 63)
    case .shiftRight: return left >> (right & 63)
    case .arithmeticShiftRight: return UInt64(bitPattern: signed >> Int64(right & 63))
    case .negate: return 0 &- left
    case .move: return extended(right, from: Int(offset))
    case .byteSwap: return nil
    }
  }

  private static func compute32(_ operation: Arithmetic, _ offset: Int16, _ left: UInt32, _ right: UInt32) -> UInt32? {
    let (signed, by) = (Int32(bitPattern: left), Int32(bitPattern: right))
    switch operation {
    case .divide where offset == 1:
      return right == 0 ? 0 : UInt32(bitPattern: signed.dividedReportingOverflow(by: by).partialValue)
    case .modulo where offset == 1:
      return right == 0 ? left : UInt32(bitPattern: signed.remainderReportingOverflow(dividingBy: by).partialValue)
    case .shiftLeft: return left << (right & 31)
    case .shiftRight: return left >> (right & 31)
    case .arithmeticShiftRight: return UInt32(bitPattern: signed >> Int32(right & 31))
    case .negate: return 0 &- left
    default:
      return compute64(operation, offset, UInt64(left), UInt64(right)).map { UInt32(truncatingIfNeeded: $0) }
    }
  }

  /// A sign-extending move names the width that it extends from in its offset.
  static func extended(_ value: UInt64, from bits: Int) -> UInt64? {
    switch bits {
    case 0: value
    case 8: UInt64(bitPattern: Int64(Int8(truncatingIfNeeded: value)))
    case 16: UInt64(bitPattern: Int64(Int16(truncatingIfNeeded: value)))
    case 32: UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: value)))
    default: nil
    }
  }

  /// `bswap` alone: what the conversions to a byte order do depends on the processor.
  private static func swapped(_ instruction: Instruction, _ value: UInt64) -> UInt64? {
    guard instruction.instructionClass == .alu64 else { return nil }
    switch instruction.immediate {
    case 16: return UInt64(UInt16(truncatingIfNeeded: value).byteSwapped)
    case 32: return UInt64(UInt32(truncatingIfNeeded: value).byteSwapped)
    case 64: return value.byteSwapped
    default: return nil
    }
  }

  /// Whether a conditional jump with this code is taken; nil where this does not know it.
  static func compares(_ code: UInt8, _ left: UInt64, _ right: UInt64) -> Bool? {
    guard let jump = Jump(rawValue: code & 0xf0) else { return nil }
    let isNarrow = code & 7 == Instruction.Class.jump32.rawValue
    let (a, b) = isNarrow ? (left & 0xffff_ffff, right & 0xffff_ffff) : (left, right)
    let (x, y) =
      isNarrow
      ? (Int64(Int32(truncatingIfNeeded: left)), Int64(Int32(truncatingIfNeeded: right)))
      : (Int64(bitPattern: left), Int64(bitPattern: right))
    switch jump {
    case .equal: return a == b
    case .notEqual: return a != b
    case .greater: return a > b
    case .greaterOrEqual: return a >= b
    case .less: return a < b
    case .lessOrEqual: return a <= b
    case .anyBitSet: return a & b != 0
    case .signedGreater: return x > y
    case .signedGreaterOrEqual: return x >= y
    case .signedLess: return x < y
    case .signedLessOrEqual: return x <= y
    case .always, .call, .exit: return nil
    }
  }
}

/// An arithmetic instruction with a constant operand, applied to a number that is not known yet.
public struct ScalarStep: Hashable, Sendable {
  public let code: UInt8
  public let offset: Int16
  public let operand: UInt64

  public init(code: UInt8, offset: Int16, operand: UInt64) {
    self.code = code
    self.offset = offset
    self.operand = operand
  }

  func apply(to value: UInt64) -> UInt64? {
    Scalar.compute(Instruction(code: code, offset: offset, immediate: Int32(truncatingIfNeeded: operand)), value, operand)
  }
}
