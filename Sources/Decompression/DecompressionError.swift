import ByteReading

/// Why something compressed can't be expanded.
public struct DecompressionError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong with a stream.
  public enum Reason: Sendable, Hashable {
    /// The input ends before the stream does.
    case truncated
    /// The stream goes on after as many bytes as were allowed.
    case tooLarge(limit: Int)
    /// The bytes are no such stream; the library's words.
    case corrupt(String)
    /// The system gives no memory for so many bytes.
    case noMemory(Int)
  }

  /// Where the compressed bytes come from.
  public let place: BytePlace
  public let compression: Compression
  public let reason: Reason

  public init(place: BytePlace, compression: Compression, reason: Reason) {
    self.place = place
    self.compression = compression
    self.reason = reason
  }

  public var description: String {
    let problem =
      switch reason {
      case .truncated: "ends early: the file is cut off"
      case .tooLarge(let limit): "expands to more than \(limit >> 20) MB: no kernel is that large"
      case .corrupt(let problem): "is damaged (\(problem))"
      case .noMemory(let count): "can't be expanded: \(count >> 20) MB of memory can't be had"
      }
    return "\(place): the \(compression.rawValue) data \(problem)"
  }
}
