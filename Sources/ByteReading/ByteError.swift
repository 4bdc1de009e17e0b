/// The file, and the part of it, that bytes come from.
public struct BytePlace: Sendable, Hashable, CustomStringConvertible {
  /// The file's path as the user gave it.
  public let file: String
  /// The section or structure inside the file, where there is one.
  public let part: String?

  public init(file: String, part: String? = nil) {
    self.file = file
    self.part = part
  }

  public var description: String { part.map { "\(file): \($0)" } ?? file }
}

/// Bytes that are not there, or are not what the format says they must be.
public struct ByteError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Where the bytes come from.
  public let place: BytePlace
  /// The offset in that place, in bytes.
  public let offset: Int
  /// How many bytes were needed there.
  public let needed: Int
  /// How many bytes the place holds in all.
  public let available: Int
  /// What is wrong, where it is something else than the end of the bytes.
  public let problem: String?

  public init(
    place: BytePlace, offset: Int, needed: Int, available: Int, problem: String? = nil
  ) {
    self.place = place
    self.offset = offset
    self.needed = needed
    self.available = available
    self.problem = problem
  }

  public var description: String {
    let what = problem ?? "truncated: \(needed) bytes are needed, the whole has \(available)"
    return "\(place): at offset \(hexadecimal(offset)): \(what)"
  }
}

/// `value` as `0x…`.
public func hexadecimal(_ value: some BinaryInteger) -> String {
  (value < 0 ? "-0x" : "0x") + String(value.magnitude, radix: 16)
}
