import CLiblzma

/// Expands one .xz stream, integrity check verified.
func expandXZ(
  _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
) throws(StreamError) -> StreamProgress {
  try runLZMA(input, output) { lzma_stream_decoder(&$0, dictionaryLimit, 0) }
}

/// Expands one .lzma stream (the format of LZMA Utils, which has no checksum).
func expandLZMA(
  _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
) throws(StreamError) -> StreamProgress {
  try runLZMA(input, output) { lzma_alone_decoder(&$0, dictionaryLimit) }
}

/// How much memory a decoder may take in bytes. Kernels are packed with dictionaries of up to 128 MiB
/// (scripts/xz_wrap.sh).
private let dictionaryLimit: UInt64 = 256 << 20

private func runLZMA(
  _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer,
  start: (inout lzma_stream) -> lzma_ret
) throws(StreamError) -> StreamProgress {
  var stream = lzma_stream()
  guard start(&stream) == LZMA_OK else { throw .corrupt("liblzma can't start") }
  defer { lzma_end(&stream) }
  stream.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
  stream.avail_in = input.count
  stream.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
  stream.avail_out = output.count
  while true {
    switch lzma_code(&stream, LZMA_FINISH) {
    case LZMA_STREAM_END:
      return StreamProgress(consumed: Int(stream.total_in), written: Int(stream.total_out))
    case LZMA_OK: continue
    // No progress was possible, twice.
    case LZMA_BUF_ERROR: throw stream.avail_out == 0 ? .outputFull : .truncated
    case LZMA_MEMLIMIT_ERROR:
      throw .corrupt("it needs a dictionary of more than \(dictionaryLimit >> 20) MB")
    case LZMA_OPTIONS_ERROR: throw .corrupt("it uses options that liblzma does not know")
    case LZMA_FORMAT_ERROR: throw .corrupt("its header is none")
    case LZMA_DATA_ERROR: throw .corrupt("its data contradict each other")
    case let other: throw .corrupt("liblzma error \(other.rawValue)")
    }
  }
}
