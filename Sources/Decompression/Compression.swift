import ByteReading

/// A format that a kernel, or a file that holds one, may be compressed in (lib/decompress.c has the kernel's own list).
public enum Compression: String, Sendable, Hashable, CaseIterable {
  case gzip, bzip2, lzma, xz, lzo, lz4, zstd
  /// LZ4 without a frame, as `lz4 -l` writes it: the form that kernels use.
  case lz4Legacy = "lz4 (legacy)"

  /// The format that `bytes` start in, by its magic number.
  public init?(startOf bytes: ByteView) {
    let start = bytes.withBytes { Array($0.prefix(16)) }
    guard let found = Self.allCases.first(where: { $0.recognises(start) }) else { return nil }
    self = found
  }

  /// The bytes that every stream of this format starts with.
  public var magic: [UInt8] {
    switch self {
    case .gzip: [0x1f, 0x8b, 0x08]
    case .bzip2: [0x42, 0x5a, 0x68]  // BZh
    case .lzma: [0x5d, 0x00, 0x00]
    case .xz: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]
    case .lzo: [0x89, 0x4c, 0x5a, 0x4f, 0x00, 0x0d, 0x0a, 0x1a, 0x0a]
    case .lz4: [0x04, 0x22, 0x4d, 0x18]
    case .lz4Legacy: [0x02, 0x21, 0x4c, 0x18]
    case .zstd: [0x28, 0xb5, 0x2f, 0xfd]
    }
  }

  private func recognises(_ start: [UInt8]) -> Bool {
    guard start.starts(with: magic) else { return false }
    switch self {
    // The number of 100 kB blocks, and the magic number of the first block.
    case .bzip2:
      return start.count >= 10 && (0x31...0x39).contains(start[3])
        && start[4..<10].elementsEqual([0x31, 0x41, 0x59, 0x26, 0x53, 0x59])
    // The magic number is weak: the uncompressed size must be unknown, or of 32 bits.
    case .lzma:
      guard start.count >= 13 else { return false }
      return start[5..<13].allSatisfy { $0 == 0xff } || start[9..<13].allSatisfy { $0 == 0 }
    default: return true
    }
  }
}
