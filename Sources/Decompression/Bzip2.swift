import CLibbz2

/// Expands one bzip2 stream, checksums verified.
func expandBzip2(
  _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
) throws(StreamError) -> StreamProgress {
  var stream = bz_stream()
  guard BZ2_bzDecompressInit(&stream, 0, 0) == BZ_OK else { throw .corrupt("libbz2 can't start") }
  defer { BZ2_bzDecompressEnd(&stream) }
  stream.next_in = UnsafeMutablePointer(
    mutating: input.baseAddress?.assumingMemoryBound(to: CChar.self))
  stream.avail_in = UInt32(clamping: input.count)
  stream.next_out = output.baseAddress?.assumingMemoryBound(to: CChar.self)
  stream.avail_out = UInt32(clamping: output.count)
  let (fedIn, fedOut) = (stream.avail_in, stream.avail_out)
  let result = BZ2_bzDecompress(&stream)
  switch result {
  case BZ_STREAM_END:
    return StreamProgress(
      consumed: Int(fedIn - stream.avail_in), written: Int(fedOut - stream.avail_out))
  // As long as there is both input and room it goes on by itself: one of them ran out.
  case BZ_OK: throw stream.avail_out == 0 ? .outputFull : .truncated
  default: throw .corrupt("libbz2 error \(result)")
  }
}
