import ByteReading

/// Runs BPF instructions, taken from their raw bytes, one after another. It knows nothing of what they are for.
///
/// After Documentation/bpf/standardization/instruction-set.rst; shares no code with what it is used to check.
public struct BytecodeInterpreter {
  /// How a run ends.
  public enum End: Equatable {
    case finished
    /// Memory that is not there was accessed.
    case fault
    /// Something that the interpreter does not know: the instruction's number and code.
    case unknown(Int, UInt8)
  }

  private struct Operation {
    let code: UInt8
    let destination: Int
    let source: Int
    let offset: Int
    let immediate: Int32
  }

  private let operations: [Operation]

  /// - Parameter bytes: the instructions as they lie in the kernel's memory, 8 bytes each.
  public init(_ bytes: [UInt8], _ order: ByteOrder) {
    operations = stride(from: 0, to: bytes.count, by: 8).map { at in
      func number(_ range: Range<Int>) -> UInt32 {
        let part = bytes[at + range.lowerBound..<at + range.upperBound]
        return (order == .little ? Array(part.reversed()) : Array(part))
          .reduce(0) { $0 << 8 | UInt32($1) }
      }
      let low = Int(bytes[at + 1] & 15)
      let high = Int(bytes[at + 1] >> 4)
      return Operation(
        code: bytes[at], destination: order == .little ? low : high,
        source: order == .little ? high : low,
        offset: Int(Int16(truncatingIfNeeded: number(2..<4))),
        immediate: Int32(bitPattern: number(4..<8)))
    }
  }

  /// Runs to the end of the instructions, on 16 registers and a memory.
  public func run(_ registers: inout [UInt64], _ memory: SyntheticMemory) -> End {
    var counter = 0
    var steps = 0
    while counter < operations.count {
      steps += 1
      let operation = operations[counter]
      guard counter >= 0, steps < 10_000 else {
        return .unknown(counter, operation.code)
      }
      switch operation.code & 7 {
      case 0:
        guard operation.code == 0x18, counter + 1 < operations.count else {
          return .unknown(counter, operation.code)
        }
        registers[operation.destination] =
          UInt64(UInt32(bitPattern: operation.immediate))
          | UInt64(UInt32(bitPattern: operations[counter + 1].immediate)) << 32
        counter += 1
      case 1:
        let address = registers[operation.source] &+ UInt64(bitPattern: Int64(operation.offset))
        let size = Self.size(operation.code)
        guard let loaded = memory.read(address, size) else { return .fault }
        switch operation.code & 0xe0 {
        case 0x60: registers[operation.destination] = loaded
        case 0x80: registers[operation.destination] = Self.extendSign(loaded, size * 8)
        default: return .unknown(counter, operation.code)
        }
      case 2, 3:
        guard operation.code & 0xe0 == 0x60 else { return .unknown(counter, operation.code) }
        let address = registers[operation.destination] &+ UInt64(bitPattern: Int64(operation.offset))
        let value =
          operation.code & 7 == 2
          ? UInt64(bitPattern: Int64(operation.immediate)) : registers[operation.source]
        guard memory.write(address, Self.size(operation.code), value) else { return .fault }
      case 4, 7:
        guard let result = Self.compute(operation, registers, memory.order) else {
          return .unknown(counter, operation.code)
        }
        registers[operation.destination] = result
      default:
        guard let isTaken = Self.isTaken(operation, registers) else {
          return .unknown(counter, operation.code)
        }
        if isTaken { counter += operation.offset }
      }
      counter += 1
    }
    return counter == operations.count ? .finished : .unknown(counter, 0)
  }

  private static func size(_ code: UInt8) -> Int { [4, 2, 1, 8][Int(code >> 3 & 3)] }

  private static func extendSign(_ value: UInt64, _ bits: Int) -> UInt64 {
    switch bits {
    case 8: UInt64(bitPattern: Int64(Int8(truncatingIfNeeded: value)))
    case 16: UInt64(bitPattern: Int64(Int16(truncatingIfNeeded: value)))
    case 32: UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: value)))
    default: value
    }
  }

  private static func operand(_ operation: Operation, _ registers: [UInt64]) -> UInt64 {
    operation.code & 8 != 0
      ? registers[operation.source] : UInt64(bitPattern: Int64(operation.immediate))
  }

  private static func compute(
    _ operation: Operation, _ registers: [UInt64], _ order: ByteOrder
  ) -> UInt64? {
    let isWide = operation.code & 7 == 7
    if operation.code & 0xf0 == 0xd0 { return swap(operation, registers, order, isWide) }
    var left = registers[operation.destination]
    var right = operand(operation, registers)
    let mask: UInt64 = isWide ? 63 : 31
    if !isWide {
      left &= 0xffff_ffff
      right &= 0xffff_ffff
    }
    let result: UInt64
    switch operation.code & 0xf0 {
    case 0x00: result = left &+ right
    case 0x10: result = left &- right
    case 0x20: result = left &* right
    case 0x30 where operation.offset == 0: result = right == 0 ? 0 : left / right
    case 0x40: result = left | right
    case 0x50: result = left & right
    case 0x60: result = left << (right & mask)
    case 0x70: result = left >> (right & mask)
    case 0x80: result = 0 &- left
    case 0x90 where operation.offset == 0: result = right == 0 ? left : left % right
    case 0xa0: result = left ^ right
    case 0xb0: result = operation.offset == 0 ? right : extendSign(right, operation.offset)
    case 0xc0:
      result =
        isWide
        ? UInt64(bitPattern: Int64(bitPattern: left) >> Int64(right & mask))
        : UInt64(UInt32(bitPattern: Int32(truncatingIfNeeded: left) >> Int32(right & mask)))
    default: return nil
    }
    return isWide ? result : result & 0xffff_ffff
  }

  private static func swap(
    _ operation: Operation, _ registers: [UInt64], _ order: ByteOrder, _ isWide: Bool
  ) -> UInt64? {
    let value = registers[operation.destination]
    let wanted: ByteOrder = operation.code & 8 != 0 ? .big : .little
    let isSwapped = isWide || wanted != order
    switch operation.immediate {
    case 16:
      let half = UInt16(truncatingIfNeeded: value)
      return UInt64(isSwapped ? half.byteSwapped : half)
    case 32:
      let word = UInt32(truncatingIfNeeded: value)
      return UInt64(isSwapped ? word.byteSwapped : word)
    case 64: return isSwapped ? value.byteSwapped : value
    default: return nil
    }
  }

  private static func isTaken(_ operation: Operation, _ registers: [UInt64]) -> Bool? {
    if operation.code == 0x05 { return true }
    var left = registers[operation.destination]
    var right = operand(operation, registers)
    if operation.code & 7 == 6 {
      // Extended again with their signs, so that both kinds of comparison hold.
      left = extendSign(left, 32)
      right = extendSign(right, 32)
    }
    let (signedLeft, signedRight) = (Int64(bitPattern: left), Int64(bitPattern: right))
    switch operation.code & 0xf0 {
    case 0x10: return left == right
    case 0x20: return left > right
    case 0x30: return left >= right
    case 0x40: return left & right != 0
    case 0x50: return left != right
    case 0x60: return signedLeft > signedRight
    case 0x70: return signedLeft >= signedRight
    case 0xa0: return left < right
    case 0xb0: return left <= right
    case 0xc0: return signedLeft < signedRight
    case 0xd0: return signedLeft <= signedRight
    default: return nil
    }
  }
}
