import CLiblzo2

/// Expands one stream in the format of lzop, as the kernel's own decoder does: blocks of at most 256 kB, whose checksums
/// are passed over. See lib/decompress_unlzo.c, `parse_header` and `unlzo`.
func expandLZO(
  _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
) throws(StreamError) -> StreamProgress {
  let blockSize = 256 << 10
  var reader = BigEndianReader(bytes: input)
  try reader.skipLZOPHeader()
  var written = 0
  while true {
    let expandedSize = Int(try reader.word())
    if expandedSize == 0 { return StreamProgress(consumed: reader.position, written: written) }
    let size = Int(try reader.word())
    try reader.skip(4)
    guard expandedSize <= blockSize, size > 0, size <= expandedSize else {
      throw .corrupt("a block of \(size) bytes that expands to \(expandedSize)")
    }
    guard expandedSize <= output.count - written else { throw .outputFull }
    let block = try reader.take(size)
    let target = UnsafeMutableRawBufferPointer(rebasing: output[written..<(written + expandedSize)])
    if size == expandedSize {
      target.copyMemory(from: block)
    } else {
      var count = lzo_uint(expandedSize)
      let status = lzo1x_decompress_safe(
        block.baseAddress?.assumingMemoryBound(to: UInt8.self), lzo_uint(size),
        target.baseAddress?.assumingMemoryBound(to: UInt8.self), &count, nil)
      guard status == LZO_E_OK, Int(count) == expandedSize else {
        throw .corrupt("a block that expands to \(expandedSize) bytes: liblzo2 error \(status)")
      }
    }
    written += expandedSize
  }
}

private struct BigEndianReader {
  let bytes: UnsafeRawBufferPointer
  var position = 0

  init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  mutating func take(_ count: Int) throws(StreamError) -> UnsafeRawBufferPointer {
    guard count <= bytes.count - position else { throw .truncated }
    defer { position += count }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<(position + count)])
  }

  mutating func skip(_ count: Int) throws(StreamError) { _ = try take(count) }

  mutating func byte() throws(StreamError) -> UInt8 { try take(1)[0] }

  mutating func word() throws(StreamError) -> UInt32 {
    UInt32(bigEndian: try take(4).loadUnaligned(as: UInt32.self))
  }

  /// Magic number, version, library's version, version needed, method, level, flags, filter, mode, times, file name,
  /// checksum.
  mutating func skipLZOPHeader() throws(StreamError) {
    try skip(Compression.lzo.magic.count)
    let version = UInt16(bigEndian: try take(2).loadUnaligned(as: UInt16.self))
    let hasLevelAndLongTime = version >= 0x0940
    try skip(5)
    if hasLevelAndLongTime { try skip(1) }
    let hasFilter = try word() & 0x800 != 0
    if hasFilter { try skip(4) }
    try skip(hasLevelAndLongTime ? 12 : 8)
    try skip(Int(try byte()) + 4)
  }
}
