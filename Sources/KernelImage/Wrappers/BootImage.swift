import ByteReading

/// The bzImage of x86 (Documentation/arch/x86/boot.rst): real-mode code with the setup header, a decompressor, and in its
/// midst the compressed vmlinux.
enum BootImage {
  static func recognises(_ bytes: ByteView) -> Bool {
    let signature: UInt32? = try? bytes.integer(at: 0x202, .little)
    let bootFlag: UInt16? = try? bytes.integer(at: 0x1fe, .little)
    return signature == 0x5372_6448 /* HdrS */ && bootFlag == 0xaa55
  }

  /// The ELF file inside.
  static func kernel(in bytes: ByteView) throws(KernelImageError) -> ByteView {
    let payload: ByteView
    let size: UInt32
    do throws(ByteError) {
      let version: UInt16 = try bytes.integer(at: 0x206, .little)
      guard version >= 0x208 else {
        throw ByteError(
          place: bytes.place, offset: 0x206, needed: 2, available: bytes.count,
          problem: "boot protocol \(version >> 8).\(version & 0xff) does not say where the kernel is; 2.08 (Linux 2.6.26) does")
      }
      let sectors: UInt8 = try bytes.integer(at: 0x1f1, .little)
      // 0 stands for 4 in the oldest images.
      let start = (sectors == 0 ? 5 : Int(sectors) + 1) * 512
      let offset: UInt32 = try bytes.integer(at: 0x248, .little)
      let length: UInt32 = try bytes.integer(at: 0x24c, .little)
      guard length > 4 else {
        throw ByteError(
          place: bytes.place, offset: 0x24c, needed: 4, available: bytes.count,
          problem: "the payload has a length of \(length)")
      }
      payload = try bytes.slice(at: start + Int(offset), length: Int(length), part: "payload")
      // The build appends the size of the expanded payload (scripts/Makefile.lib, size_append); a gzip stream ends with
      // it by itself. See arch/x86/boot/compressed/mkpiggy.c.
      size = try payload.integer(at: payload.count - 4, .little)
    } catch {
      throw .bytes(error)
    }
    let kernel = try Unwrapping.expandPayload(payload)
    guard kernel.count == Int(size) else {
      throw .bytes(
        ByteError(
          place: payload.place, offset: payload.count - 4, needed: Int(size), available: kernel.count,
          problem: "it says that it expands to \(size) bytes, but expands to \(kernel.count)"))
    }
    return kernel
  }
}
