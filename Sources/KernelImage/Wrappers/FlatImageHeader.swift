import ByteReading

extension FlatImage {
  /// The flat image that `bytes` are, if they start with the header of one.
  ///
  /// The headers of arm64 (Documentation/arch/arm64/booting.rst) and riscv64 (Documentation/arch/riscv/boot-image-header.rst)
  /// are alike: the size in memory at 16, flags at 24, whose bit 0 says big-endian, magic numbers from 48 on.
  init?(header bytes: ByteView) throws(KernelImageError) {
    let arm64Magic: UInt32 = 0x644d_5241  // ARM\x64
    let riscvMagic: UInt32 = 0x0543_5352  // RSC\x05
    let magic: UInt32? = try? bytes.integer(at: 0x38, .little)
    guard magic == arm64Magic || magic == riscvMagic else { return nil }
    architecture = magic == arm64Magic ? .arm64 : .riscv64
    self.bytes = bytes
    let size: UInt64
    let flags: UInt64
    do throws(ByteError) {
      size = try bytes.integer(at: 16, .little)
      flags = try bytes.integer(at: 24, .little)
      guard size <= 1 << 32 else {
        throw ByteError(
          place: bytes.place, offset: 16, needed: 8, available: bytes.count,
          problem: "the header says that the image takes \(hexadecimal(size)) bytes of memory")
      }
    } catch {
      throw .bytes(error)
    }
    guard flags & 1 == 0 else {
      throw .unsupported(
        path: bytes.place.file, problem: "a big-endian \(architecture.rawValue) kernel")
    }
    memorySize = max(Int(size), bytes.count)
  }
}
