import ByteReading

/// The emulator itself can't be set up.
public struct EmulationError: Error, Sendable, Hashable, CustomStringConvertible {
  public let problem: String

  public var description: String { "emulation: \(problem)" }
}

/// A call that did not return.
public struct Fault: Error, Sendable, Hashable {
  /// The address of the function that was called.
  public let function: UInt64
  /// Where it was when it stopped.
  public let programCounter: UInt64
  public let reason: Reason

  public enum Reason: Sendable, Hashable, CustomStringConvertible {
    /// Memory was read, written or executed that does not exist, at this address.
    case read(UInt64), write(UInt64), execute(UInt64)
    /// It had not returned after so many basic blocks.
    case endless(blocks: UInt64)
    /// The processor stopped with this message.
    case processor(String)

    public var description: String {
      switch self {
      case .read(let address): "reads \(hexadecimal(address)), where there is no memory"
      case .write(let address): "writes \(hexadecimal(address)), where there is no memory"
      case .execute(let address): "jumps to \(hexadecimal(address)), where there is no memory"
      case .endless(let blocks): "does not return within \(blocks) basic blocks"
      case .processor(let message): "stops the processor: \(message)"
      }
    }
  }
}
