import CLiblz4

/// Expands one LZ4 frame, checksums verified where there are some.
func expandLZ4Frame(
  _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
) throws(StreamError) -> StreamProgress {
  var context: OpaquePointer?
  guard LZ4F_isError(LZ4F_createDecompressionContext(&context, UInt32(LZ4F_VERSION))) == 0 else {
    throw .corrupt("liblz4 can't start")
  }
  defer { LZ4F_freeDecompressionContext(context) }
  var options = LZ4F_decompressOptions_t()
  options.stableDst = 1
  var consumed = 0
  var written = 0
  while true {
    var taken = input.count - consumed
    var given = output.count - written
    let hint = LZ4F_decompress(
      context, output.baseAddress.map { $0 + written }, &given,
      input.baseAddress.map { $0 + consumed }, &taken, &options)
    guard LZ4F_isError(hint) == 0 else { throw .corrupt(String(cString: LZ4F_getErrorName(hint))) }
    consumed += taken
    written += given
    if hint == 0 { return StreamProgress(consumed: consumed, written: written) }
    if taken == 0 && given == 0 { throw written == output.count ? .outputFull : .truncated }
  }
}

/// Expands one LZ4 stream in the legacy format: after the magic number, blocks of 8 MB each, the last one shorter; before
/// each its compressed size, 4 bytes in little-endian order. See lib/decompress_unlz4.c, `unlz4`.
func expandLZ4Legacy(
  _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
) throws(StreamError) -> StreamProgress {
  let blockSize = 8 << 20
  var consumed = Compression.lz4Legacy.magic.count
  var written = 0
  guard input.count > consumed else { throw .truncated }
  // The format has no end mark: it ends with the input, a block that is not full, or what can't be a block's size.
  while input.count - consumed >= 4 {
    let word = input.loadUnaligned(fromByteOffset: consumed, as: UInt32.self)
    let size = Int(UInt32(littleEndian: word))
    guard size > 0, size <= Int(LZ4_compressBound(Int32(blockSize))) else { break }
    consumed += 4
    guard size <= input.count - consumed else { throw .truncated }
    let room = min(blockSize, output.count - written)
    let expanded = LZ4_decompress_safe(
      input.baseAddress.map { ($0 + consumed).assumingMemoryBound(to: CChar.self) },
      output.baseAddress.map { ($0 + written).assumingMemoryBound(to: CChar.self) },
      Int32(size), Int32(room))
    guard expanded >= 0 else {
      // liblz4 does not tell a full output from damage.
      throw room < blockSize ? .outputFull : .corrupt("a block at offset \(consumed) can't be expanded")
    }
    consumed += size
    written += Int(expanded)
    if expanded < blockSize { break }
  }
  guard written > 0 else { throw .corrupt("it has no block") }
  return StreamProgress(consumed: consumed, written: written)
}
