import KernelImage

/// Kernels whose memory accesses are checked by KASAN.
enum AddressSanitizer {
  /// Code that was instrumented has one of these at least: what it calls instead of looking itself, or when it has found
  /// something (mm/kasan/generic.c, mm/kasan/report_generic.c, mm/kasan/sw_tags.c).
  private static let functions = [
    "__asan_load8_noabort", "__asan_load4_noabort", "__asan_report_load8_noabort", "__asan_report_load4_noabort",
    "__asan_store8_noabort", "__asan_report_store8_noabort", "__hwasan_load8_noabort", "__hwasan_loadN_noabort",
  ]

  /// Where the code looks up whether memory may be accessed: a byte for each 8 or 16 of memory, 0 for all of them
  /// (Documentation/dev-tools/kasan.rst; KASAN_SHADOW_OFFSET in the architectures' Kconfig and Makefile). nil where it was not
  /// instrumented.
  static func shadow(of image: KernelImage) -> ClosedRange<UInt64>? {
    guard functions.contains(where: { image.symbols.address(of: $0) != nil }) else { return nil }
    switch image.architecture {
    case .x86_64: return 0xdfff_fc00_0000_0000...0xffff_fbff_ffff_ffff
    // Below the kernel's own half of the addresses, from where addresses of 48 bits have theirs on.
    case .arm64: return 0xdfff_8000_0000_0000...0xffff_7fff_ffff_ffff
    case .riscv64: return 0xdfff_ffff_0000_0000...0xffff_fffe_ffff_ffff
    case .s390x: return 0x1c_0000_0000_0000...0x1f_ffff_ffff_ffff
    }
  }
}

/// Symbols of an image that was linked of a few objects and that none of them defines: they have addresses of their own
/// (ObjectLinking's LinkerScript), where nothing can be called, and where what is read is not known.
enum UndefinedSymbols {
  /// More than any kernel has.
  private static let limit: UInt64 = 0x100_0000

  static func range(in image: KernelImage) -> Range<UInt64>? {
    guard let start = image.symbols.address(of: "__ctxabi_undefined_start"),
      let end = image.symbols.address(of: "__ctxabi_undefined_end"),
      start < end, end - start <= limit, (start | end) & UInt64(AddressLayout.pageSize - 1) == 0,
      !image.memory.segments.contains(where: { $0.address < end && start < $0.address + UInt64($0.memorySize) })
    else { return nil }
    return start..<end
  }
}
