import ByteReading

/// Writes what boot loaders are given, around a kernel.
public enum ImageWriter {
  /// A bzImage of x86 (Documentation/arch/x86/boot.rst) around a compressed vmlinux.
  ///
  /// - Parameter size: what the payload says that it expands to; nil where its format ends with it by itself (gzip).
  public static func bootImage(payload: [UInt8], size: Int?, protocolVersion: UInt16 = 0x20f) -> [UInt8] {
    let sectors = 4
    var image = ByteWriter(.little)
    image.pad(to: (sectors + 1) * 512)
    image.replace(UInt8(sectors), at: 0x1f1)
    image.replace(UInt16(0xaa55), at: 0x1fe)
    for (index, byte) in "HdrS".utf8.enumerated() { image.replace(byte, at: 0x202 + index) }
    image.replace(protocolVersion, at: 0x206)
    // The payload stands in the midst of the decompressor.
    let code = 0x300
    var whole = ByteWriter(.little)
    whole.add(payload)
    if let size { whole.add(UInt32(size)) }
    image.replace(UInt32(code), at: 0x248)
    image.replace(UInt32(whole.count), at: 0x24c)
    image.add([UInt8](repeating: 0xcc, count: code))
    image.add(whole.bytes)
    image.add([UInt8](repeating: 0xcc, count: 512))
    return image.bytes
  }

  /// Where the parts of a bzImage start.
  public static let bootImageBoundaries = [0x1fe, 0x202, 0x206, 0x248, 0x24c, 0x250, 5 * 512, 5 * 512 + 0x300]

  /// An EFI zboot image (drivers/firmware/efi/libstub/zboot-header.S).
  public static func compressedEFIImage(payload: [UInt8], compression: String) -> [UInt8] {
    var image = ByteWriter(.little)
    image.add(Array("MZ\0\0zimg".utf8))
    image.add(UInt32(0x200))
    image.add(UInt32(payload.count))
    image.pad(to: 24)
    image.add(Array(compression.utf8))
    image.pad(to: 0x200)
    image.add(payload)
    return image.bytes
  }

  /// A flat image: `memory` with the header of an architecture in its first 64 bytes.
  ///
  /// - Parameter magic: `ARM\x64` or `RSC\x05`.
  public static func flatImage(
    _ memory: [UInt8], magic: String, memorySize: UInt64, flags: UInt64 = 0
  ) -> [UInt8] {
    var image = ByteWriter(.little)
    image.add(memory)
    image.replace(memorySize, at: 16)
    image.replace(flags, at: 24)
    for (index, byte) in magic.utf8.enumerated() { image.replace(byte, at: 0x38 + index) }
    return image.bytes
  }

  /// A bzImage of s390x: `S390EP` at 0x10008, and somewhere the compressed memory of the kernel.
  public static func s390Image(payload: [UInt8]) -> [UInt8] {
    var image = ByteWriter(.big)
    image.pad(to: 0x10008)
    image.add(Array("S390EP".utf8))
    image.pad(to: 0x10100)
    image.add([UInt8](repeating: 0x07, count: 0x333))
    image.add(payload)
    image.add([UInt8](repeating: 0x07, count: 256))
    return image.bytes
  }
}
