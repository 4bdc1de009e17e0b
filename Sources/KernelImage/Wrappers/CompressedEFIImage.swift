import ByteReading

/// The EFI zboot image of arm64, riscv64 and others: an EFI program that expands a flat image.
///
/// See drivers/firmware/efi/libstub/zboot-header.S: `MZ`, `zimg` at 4, the payload's offset and size at 8 and 12.
enum CompressedEFIImage {
  static func recognises(_ bytes: ByteView) -> Bool {
    bytes.withBytes { bytes in
      bytes.count >= 16 && bytes.starts(with: [0x4d, 0x5a]) && bytes[4..<8].elementsEqual("zimg".utf8)
    }
  }

  /// The flat image inside.
  static func kernel(in bytes: ByteView) throws(KernelImageError) -> ByteView {
    let payload: ByteView
    do throws(ByteError) {
      payload = try bytes.slice(
        at: Int(try bytes.integer(UInt32.self, at: 8, .little)),
        length: Int(try bytes.integer(UInt32.self, at: 12, .little)), part: "payload")
    } catch {
      throw .bytes(error)
    }
    return try Unwrapping.expandPayload(payload)
  }
}
