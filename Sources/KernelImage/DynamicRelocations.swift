import ByteReading
import CLibelf

extension ElfFile {
  /// Writes the words that the kernel itself would relocate at boot into `segments` (our private copy of the file).
  ///
  /// A relocatable arm64 or riscv64 vmlinux keeps the values of its pointers in `.rela.dyn` (`R_*_RELATIVE`), not in the
  /// data. `.relr.dyn` entries need nothing: their addends stand in place, and kernels are linked at the address that they
  /// are read at here. See `relocate_kernel` in arch/arm64/kernel/pi/relocate.c.
  func applyRelativeRelocations(
    to segments: [Segment], architecture: Architecture
  ) throws(KernelImageError) {
    for section in sections where section.type == UInt32(SHT_RELA) && section.flags & UInt64(SHF_ALLOC) != 0 {
      do throws(ByteError) {
        try Self.apply(
          try contents(of: section), to: segments, byteOrder, relative: architecture.relativeRelocation)
      } catch {
        throw .bytes(error)
      }
    }
  }

  /// `Elf64_Rela`: offset, info (the type in its low half), addend; 8 bytes each.
  private static func apply(
    _ entries: ByteView, to segments: [Segment], _ order: ByteOrder, relative: UInt32
  ) throws(ByteError) {
    var segment = segments.first
    for entry in stride(from: 0, to: entries.count - entries.count % 24, by: 24) {
      let info: UInt64 = try entries.integer(at: entry + 8, order)
      guard UInt32(truncatingIfNeeded: info) == relative else { continue }
      let address: UInt64 = try entries.integer(at: entry, order)
      if segment?.offset(of: address) == nil {
        segment = segments.first { $0.offset(of: address) != nil }
      }
      guard let segment, let offset = segment.offset(of: address), offset <= segment.bytes.count - 8
      else { continue }
      let addend: UInt64 = try entries.integer(at: entry + 16, order)
      let stored = order == .little ? addend.littleEndian : addend.bigEndian
      UnsafeMutableRawPointer(mutating: segment.bytes.unsafeStart).storeBytes(
        of: stored, toByteOffset: offset, as: UInt64.self)
    }
  }
}
