import CLibzstd

/// Expands one Zstandard frame (RFC 8878), checksum verified where there is one.
func expandZstandard(
  _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
) throws(StreamError) -> StreamProgress {
  // In one go from end to end: no window has to be kept beside the output. The frame's end is found by its blocks'
  // headers.
  let size = ZSTD_findFrameCompressedSize(input.baseAddress, input.count)
  guard ZSTD_isError(size) == 0 else { throw failure(size) }
  let written = ZSTD_decompress(output.baseAddress, output.count, input.baseAddress, size)
  guard ZSTD_isError(written) == 0 else { throw failure(written) }
  return StreamProgress(consumed: size, written: written)
}

private func failure(_ result: Int) -> StreamError {
  switch ZSTD_getErrorCode(result) {
  case ZSTD_error_srcSize_wrong: .truncated
  case ZSTD_error_dstSize_tooSmall: .outputFull
  default: .corrupt(String(cString: ZSTD_getErrorName(result)))
  }
}
