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
  /// The function has failed so often that it is called no more; nil for a failure after which it is asked again.
  public internal(set) var givenUpAfter: Int?

  /// What it is, without where: with the number of calls that were made in vain, where it was the last.
  public var problem: String {
    guard let calls = givenUpAfter else { return reason.description }
    return "\(reason); it is called no more after \(calls) such \(calls == 1 ? "call" : "calls")"
  }

  public enum Reason: Sendable, Hashable, CustomStringConvertible {
    /// Memory was read, written or executed that does not exist, at this address.
    case read(UInt64), write(UInt64), execute(UInt64)
    /// It had not returned after so many basic blocks.
    case endless(blocks: UInt64)
    /// The processor stopped with this message.
    case processor(String)
    /// The answer hangs on a variable at this address that no object of the image defines.
    case undefined(UInt64)

    public var description: String {
      switch self {
      case .read(let address): "reads \(hexadecimal(address)), where there is no memory"
      case .write(let address): "writes \(hexadecimal(address)), where there is no memory"
      case .execute(let address): "jumps to \(hexadecimal(address)), where there is no memory"
      case .endless(let blocks): "does not return within \(blocks) basic blocks"
      case .undefined(let address): "hangs on what stands at \(hexadecimal(address)), which no object defines"
      case .processor(let message): "stops the processor: \(message)"
      }
    }
  }
}
