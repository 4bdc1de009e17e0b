import BPF
import ByteReading

/// Writes the instructions of a conversion.
public enum ConversionText {
  /// The instructions of a snapshot's conversion, in the wording of the kernel's disassembler.
  public static func lines(_ code: String, _ order: ByteOrder) -> [String] {
    let instructions = code.split(separator: " ").compactMap { digits -> Instruction? in
      guard let bytes = UInt64(digits, radix: 16), digits.count == 16 else { return nil }
      // The digits are the bytes as they lie in memory.
      return Instruction(word: order == .little ? bytes.byteSwapped : bytes, order)
    }
    return Disassembly.lines(instructions)
  }
}
