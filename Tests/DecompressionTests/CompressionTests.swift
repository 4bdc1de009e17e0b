import ByteReading
import Decompression
import TestSupport
import Testing

@Suite struct CompressionTests {
  private static let formats: [(Compressor, Compression)] = [
    (.gzip, .gzip), (.bzip2, .bzip2), (.lzma, .lzma), (.xz, .xz), (.lzop, .lzo), (.lz4, .lz4),
    (.lz4Legacy, .lz4Legacy), (.zstd, .zstd),
  ]

  /// Bytes that compress well in some places and not at all in others.
  private static let content: [UInt8] = {
    var state: UInt32 = 1
    return (0..<700_000).map { index in
      state = state &* 1_664_525 &+ 1_013_904_223
      return index % 1000 < 300 ? UInt8(truncatingIfNeeded: state >> 24) : UInt8(truncatingIfNeeded: index >> 7)
    }
  }()

  private func view(_ bytes: [UInt8]) -> ByteView {
    ByteView(copying: bytes, place: BytePlace(file: "file", part: "payload"))
  }

  @Test(arguments: formats)
  func roundTrip(_ compressor: Compressor, _ compression: Compression) throws {
    for size in [1, 2, 4096, 262_144, 262_145, 700_000] {
      let content = Array(Self.content[..<size])
      let compressed = try compressor.compress(content)
      #expect(Compression(startOf: view(compressed)) == compression)
      // What follows the stream is not touched: the build of a kernel appends its size.
      let expansion = try compression.expand(view(compressed + [1, 2, 3, 4]), limit: 1 << 20)
      #expect(expansion.bytes.copy() == content)
      #expect(expansion.consumed == compressed.count)
    }
  }

  @Test(arguments: formats)
  func streamsInARow(_ compressor: Compressor, _ compression: Compression) throws {
    let one = try compressor.compress(Array(Self.content[..<1000]))
    let other = try compressor.compress(Array(Self.content[1000..<3000]))
    let expansion = try compression.expand(view(one + other), limit: 1 << 20)
    #expect(expansion.bytes.copy() == Array(Self.content[..<3000]))
    #expect(expansion.consumed == one.count + other.count)
  }

  /// Exactly as much as is allowed, and a byte more.
  @Test(arguments: formats)
  func limit(_ compressor: Compressor, _ compression: Compression) throws {
    let content = Array(Self.content[..<10_000])
    let compressed = try compressor.compress(content)
    #expect(try compression.expand(view(compressed), limit: 10_001).bytes.count == 10_000)
    let error = #expect(throws: DecompressionError.self) {
      try compression.expand(view(compressed), limit: 9_999)
    }
    #expect(error?.reason == .tooLarge(limit: 9_999))
  }

  @Test(arguments: formats)
  func bomb(_ compressor: Compressor, _ compression: Compression) throws {
    let bomb = try compressor.compress([UInt8](repeating: 0, count: 64 << 20))
    let error = #expect(throws: DecompressionError.self) {
      try compression.expand(view(bomb), limit: 20 << 20)
    }
    #expect(
      error?.description
        == "file: payload: the \(compression.rawValue) data expands to more than 20 MB: no kernel is that large")
  }

  /// Cut off at places all over the stream: an error, but for the format that has no end mark.
  @Test(arguments: formats)
  func truncated(_ compressor: Compressor, _ compression: Compression) throws {
    let content = Array(Self.content[..<20_000])
    let compressed = try compressor.compress(content)
    for length in stride(from: 1, to: compressed.count, by: 97) {
      do {
        let expansion = try compression.expand(view(Array(compressed[..<length])), limit: 1 << 20)
        // The zstd frame's checksum and the like are no part of the content that could be missing.
        #expect(expansion.bytes.copy() == content, "\(length) of \(compressed.count)")
      } catch {
        #expect(error.description.hasPrefix("file: payload: the \(compression.rawValue) data "))
      }
    }
  }

  @Test func truncationIsCalledSo() throws {
    for (compressor, compression) in Self.formats {
      let compressed = try compressor.compress(Array(Self.content[..<20_000]))
      let error = #expect(throws: DecompressionError.self) {
        try compression.expand(view(Array(compressed[..<(compressed.count / 2)])), limit: 1 << 20)
      }
      #expect(error?.reason == .truncated, "\(compression)")
      #expect(
        error?.description
          == "file: payload: the \(compression.rawValue) data ends early: the file is cut off")
    }
  }

  /// Every byte of a short stream with others in its place: never a trap, never more than the limit.
  @Test(arguments: formats)
  func damaged(_ compressor: Compressor, _ compression: Compression) throws {
    let compressed = try compressor.compress(Array(Self.content[..<2000]))
    var errors = 0
    for index in stride(from: compression.magic.count, to: compressed.count, by: 7) {
      var damaged = compressed
      damaged[index] ^= 0x55
      do { #expect(try compression.expand(view(damaged), limit: 1 << 16).bytes.count <= 1 << 16) } catch {
        errors += 1
      }
    }
    // Not all formats have checksums.
    #expect(errors > 0 || compression == .lz4Legacy || compression == .lzo)
  }

  @Test func noCompression() {
    for bytes: [UInt8] in [[], [0x1f], [0x5d, 0, 0, 0, 0], Array("BZh9abcdef".utf8), Array("hello, world".utf8)] {
      #expect(Compression(startOf: view(bytes)) == nil)
    }
  }
}
