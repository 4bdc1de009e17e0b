import ByteReading
import Decompression

/// The bzImage of s390x: boot code, a decompressor, and in its midst the compressed memory of the kernel.
enum S390Image {
  /// `S390EP` at 0x10008 (arch/s390/boot/head.S).
  static func recognises(_ bytes: ByteView) -> Bool {
    bytes.count > 0x10010
      && bytes.withBytes { $0[0x10008..<0x1000e].elementsEqual("S390EP".utf8) }
  }

  /// How many magic numbers are followed before giving up.
  private static let tryLimit = 256

  /// The kernel inside: the first thing that expands to more than the whole image has. (The header does not say where it
  /// is; the decompressor knows by symbols of its own, see arch/s390/boot/decompressor.c.)
  static func kernel(in bytes: ByteView) throws(KernelImageError) -> FlatImage {
    var tries = 0
    var problem: DecompressionError?
    for (offset, compression) in streams(in: bytes) {
      tries += 1
      guard tries <= tryLimit else { break }
      do throws(ByteError) {
        let rest = try bytes.slice(at: offset, length: bytes.count - offset, part: "payload")
        guard Compression(startOf: rest) == compression else { continue }
        do throws(DecompressionError) {
          let expansion = try compression.expand(
            rest, limit: Unwrapping.sizeLimit, part: "\(compression.rawValue) data")
          if expansion.bytes.count > bytes.count {
            return FlatImage(
              architecture: .s390x, bytes: expansion.bytes, memorySize: expansion.bytes.count)
          }
        } catch {
          problem = problem ?? error
        }
      } catch {
        throw .bytes(error)
      }
    }
    if let problem { throw .decompression(problem) }
    throw .unsupported(
      path: bytes.place.file,
      problem: "an s390x image without a kernel in it that is compressed in a known way")
  }

  /// Where streams seem to start, in the order of the file.
  private static func streams(in bytes: ByteView) -> [(offset: Int, compression: Compression)] {
    var result: [(offset: Int, compression: Compression)] = []
    for compression in Compression.allCases {
      var start = 0
      var found = 0
      while found < tryLimit, let offset = bytes.firstIndex(of: compression.magic, from: start) {
        result.append((offset, compression))
        start = offset + 1
        found += 1
      }
    }
    return result.sorted { $0.offset < $1.offset }
  }
}
