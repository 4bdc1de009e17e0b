import ByteReading

/// What a compressed stream expanded to.
public struct Expansion: Sendable {
  /// The expanded bytes, on a page boundary, in memory of their own.
  public let bytes: ByteView
  /// How many bytes of the input the stream took.
  public let consumed: Int
}

extension Compression {
  /// Expands the stream that `input` starts with, and those of the same format that follow it at once.
  ///
  /// - Parameter limit: how many bytes it may expand to; more is an error, and no more are written.
  /// - Parameter part: what the expanded bytes are, for messages.
  public func expand(
    _ input: ByteView, limit: Int, part: String? = nil
  ) throws(DecompressionError) -> Expansion {
    guard let memory = AnonymousMemory(reserving: limit) else {
      throw DecompressionError(place: input.place, compression: self, reason: .noMemory(limit))
    }
    let bytes = UnsafeRawBufferPointer(start: input.unsafeStart, count: input.count)
    var consumed = 0
    var written = 0
    repeat {
      let output = UnsafeMutableRawBufferPointer(start: memory.start + written, count: limit - written)
      do throws(StreamError) {
        let progress = try decoder(UnsafeRawBufferPointer(rebasing: bytes[consumed...]), output)
        consumed += progress.consumed
        written += progress.written
      } catch {
        throw DecompressionError(
          place: input.place, compression: self, reason: reason(for: error, limit: limit))
      }
    } while bytes[consumed...].starts(with: magic)
    memory.shrink(to: written)
    return Expansion(
      bytes: memory.bytes(BytePlace(file: input.place.file, part: part)), consumed: consumed)
  }

  private func reason(for error: StreamError, limit: Int) -> DecompressionError.Reason {
    switch error {
    case .truncated: .truncated
    case .outputFull: .tooLarge(limit: limit)
    case .corrupt(let problem): .corrupt(problem)
    }
  }

  private var decoder: StreamDecoder {
    switch self {
    case .gzip: expandGzip
    case .bzip2: expandBzip2
    case .lzma: expandLZMA
    case .xz: expandXZ
    case .lzo: expandLZO
    case .lz4: expandLZ4Frame
    case .lz4Legacy: expandLZ4Legacy
    case .zstd: expandZstandard
    }
  }
}

/// Expands one stream: from the input's first byte to the stream's own end, into `output`.
typealias StreamDecoder = (_ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer)
  throws(StreamError) -> StreamProgress

/// How far a stream was read and written when it ended.
struct StreamProgress {
  let consumed: Int
  let written: Int
}

/// Why a stream did not come to its end.
enum StreamError: Error {
  case truncated
  case outputFull
  case corrupt(String)
}
