import ByteReading
import Decompression

/// Takes a kernel out of the formats that boot loaders are given.
///
/// What a file is, is told by its content, never by its name.
enum Unwrapping {
  /// To how many bytes something may expand. The largest kernels known, with all their drivers built in, have 150 MB.
  static let sizeLimit = 512 << 20

  /// Wrappers inside each other that are opened before giving up: a gzip'ed Image has one, `vmlinuz.efi.gz` two.
  private static let depthLimit = 4

  /// The kernel in `bytes`.
  static func content(of bytes: ByteView) throws(KernelImageError) -> KernelContent {
    var bytes = bytes
    for _ in 0..<depthLimit {
      if ElfFile.recognises(bytes) { return .elf(bytes) }
      if let image = try FlatImage(header: bytes) { return .flat(image) }
      if BootImage.recognises(bytes) {
        bytes = try BootImage.kernel(in: bytes)
      } else if CompressedEFIImage.recognises(bytes) {
        bytes = try CompressedEFIImage.kernel(in: bytes)
      } else if S390Image.recognises(bytes) {
        return .flat(try S390Image.kernel(in: bytes))
      } else if let compression = Compression(startOf: bytes) {
        bytes = try expand(bytes, compression).bytes
      } else {
        throw .notAKernel(path: bytes.place.file, problem: UnknownFormat.description(of: bytes))
      }
    }
    throw .notAKernel(
      path: bytes.place.file, problem: "has more than \(depthLimit) wrappers around each other")
  }

  /// Expands what is compressed in `bytes`.
  static func expand(
    _ bytes: ByteView, _ compression: Compression
  ) throws(KernelImageError) -> Expansion {
    do {
      return try compression.expand(bytes, limit: sizeLimit, part: "\(compression.rawValue) data")
    } catch {
      throw .decompression(error)
    }
  }

  /// Expands the payload of a wrapper, whatever it is compressed with.
  static func expandPayload(_ payload: ByteView) throws(KernelImageError) -> ByteView {
    guard let compression = Compression(startOf: payload) else {
      let start = payload.withBytes { $0.prefix(8).map { hexadecimal($0) }.joined(separator: " ") }
      throw .unsupported(
        path: payload.place.file,
        problem:
          "its payload is encrypted, or compressed in a way that is not known; it starts with \(start)"
      )
    }
    return try expand(payload, compression).bytes
  }
}
