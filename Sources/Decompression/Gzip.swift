import CZlib

/// Expands one gzip stream (RFC 1952), checksum and length verified.
func expandGzip(
  _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
) throws(StreamError) -> StreamProgress {
  var stream = z_stream()
  // 15 bits of window, and 16 for a gzip header (zlib.h, inflateInit2).
  let status = inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
  guard status == Z_OK else { throw .corrupt("zlib can't start") }
  defer { inflateEnd(&stream) }
  stream.next_in = UnsafeMutablePointer(
    mutating: input.baseAddress?.assumingMemoryBound(to: Bytef.self))
  stream.avail_in = uInt(clamping: input.count)
  stream.next_out = output.baseAddress?.assumingMemoryBound(to: Bytef.self)
  stream.avail_out = uInt(clamping: output.count)
  let result = inflate(&stream, Z_FINISH)
  switch result {
  case Z_STREAM_END:
    return StreamProgress(consumed: Int(stream.total_in), written: Int(stream.total_out))
  case Z_OK, Z_BUF_ERROR:
    throw stream.avail_out == 0 ? .outputFull : .truncated
  default:
    throw .corrupt(stream.msg.map { String(cString: $0) } ?? "zlib error \(result)")
  }
}
