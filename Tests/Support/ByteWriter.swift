import ByteReading

/// Puts bytes together in one byte order.
public struct ByteWriter {
  public let order: ByteOrder
  public private(set) var bytes: [UInt8] = []

  public init(_ order: ByteOrder) { self.order = order }

  public var count: Int { bytes.count }

  public mutating func add<T: FixedWidthInteger>(_ value: T, as type: T.Type = T.self) {
    let stored = order == .little ? value.littleEndian : value.bigEndian
    withUnsafeBytes(of: stored) { bytes += Array($0) }
  }

  public mutating func add(_ more: [UInt8]) { bytes += more }

  public mutating func pad(to count: Int) {
    if bytes.count < count { bytes += [UInt8](repeating: 0, count: count - bytes.count) }
  }

  /// Writes over what stands at `offset`.
  public mutating func replace<T: FixedWidthInteger>(_ value: T, at offset: Int) {
    let stored = order == .little ? value.littleEndian : value.bigEndian
    withUnsafeBytes(of: stored) { bytes.replaceSubrange(offset..<offset + $0.count, with: $0) }
  }
}
