import ByteReading

/// A stretch of a kernel's virtual memory.
public struct Segment: Sendable {
  /// The virtual address of the first byte.
  public let address: UInt64
  /// How many bytes of memory it takes; what the file does not hold of them is zero.
  public let memorySize: Int
  /// The bytes that the file holds, from the first one on. They are this process's own copy (private mapping).
  public let bytes: ByteView

  public init(address: UInt64, memorySize: Int, bytes: ByteView) {
    self.address = address
    self.memorySize = memorySize
    self.bytes = bytes
  }

  /// The offset of `address` in the segment, if it lies inside.
  func offset(of address: UInt64) -> Int? {
    guard address >= self.address, address - self.address < UInt64(memorySize) else { return nil }
    return Int(address - self.address)
  }
}

/// The loadable memory of a kernel, as it is before the first instruction runs.
public struct KernelMemory: Sendable {
  /// In order of their addresses; no two overlap.
  public let segments: [Segment]
  /// The byte order of the values in it.
  public let byteOrder: ByteOrder
  private let place: BytePlace
  var file: String { place.file }

  public init(segments: [Segment], byteOrder: ByteOrder, file: String) {
    self.segments = segments.sorted { $0.address < $1.address }
    self.byteOrder = byteOrder
    place = BytePlace(file: file, part: "kernel memory")
  }

  /// The addresses from the lowest to the highest.
  var extent: ClosedRange<UInt64> {
    let lowest = segments.first?.address ?? 0
    let end = segments.last.map { $0.address &+ UInt64($0.memorySize) } ?? 0
    return lowest...max(lowest, end)
  }

  /// The bytes that the file holds from virtual `address` on, to the end of the segment.
  ///
  /// - Throws: when no segment has file bytes there.
  public func bytes(at address: UInt64) throws(ByteError) -> ByteView {
    for segment in segments {
      if let offset = segment.offset(of: address), offset < segment.bytes.count {
        return try segment.bytes.slice(at: offset, length: segment.bytes.count - offset)
      }
    }
    throw unmapped(address)
  }

  /// The 64-bit word at virtual `address`; zero where the memory is not in the file.
  public func word(at address: UInt64) throws(ByteError) -> UInt64 {
    for segment in segments {
      guard let offset = segment.offset(of: address) else { continue }
      if offset >= segment.bytes.count { return 0 }
      return try segment.bytes.integer(at: offset, byteOrder)
    }
    throw unmapped(address)
  }

  /// The addresses of the aligned 64-bit words that have this value, in order.
  public func words(equalTo value: UInt64) -> [UInt64] {
    let stored = byteOrder == .little ? value.littleEndian : value.bigEndian
    var result: [UInt64] = []
    for segment in segments {
      segment.bytes.withBytes { bytes in
        let first = Int(truncatingIfNeeded: (8 - segment.address % 8) % 8)
        for offset in stride(from: first, through: bytes.count - 8, by: 8)
        where bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self) == stored {
          result.append(segment.address + UInt64(offset))
        }
      }
    }
    return result
  }

  /// The NUL-terminated text at virtual `address`.
  public func string(at address: UInt64) throws(ByteError) -> String {
    try bytes(at: address).string(at: 0)
  }

  /// Whether some segment's file bytes hold `text`.
  public func contains(_ text: String) -> Bool {
    segments.contains { $0.bytes.firstIndex(of: Array(text.utf8)) != nil }
  }

  private func unmapped(_ address: UInt64) -> ByteError {
    ByteError(
      place: place, offset: 0, needed: 8, available: 0,
      problem: "no segment holds the address \(hexadecimal(address))")
  }
}
