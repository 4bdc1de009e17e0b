import ByteReading

/// Says what a file is that is no kernel, as far as its first bytes tell, and what to do.
enum UnknownFormat {
  /// A format that is known, but holds no kernel that can be read.
  private struct Format {
    let offset: Int
    let magic: [UInt8]
    let problem: String

    init(_ magic: String, at offset: Int = 0, _ problem: String) {
      self.init(Array(magic.utf8), at: offset, problem)
    }

    init(_ magic: [UInt8], at offset: Int = 0, _ problem: String) {
      self.offset = offset
      self.magic = magic
      self.problem = problem
    }
  }

  private static let initialDisk = "is an initial RAM disk (a cpio archive), not a kernel"
  private static let encrypted = "is encrypted; decrypt it first"

  private static let formats = [
    Format("0707", initialDisk),
    Format([0x18, 0x28, 0x6f, 0x01], at: 0x24, "can't be audited: a 32-bit ARM kernel (zImage)"),
    Format("ANDROID!", "is an Android boot image; take the kernel out of it with unpack_bootimg"),
    Format("VNDRBOOT", "is an Android vendor boot image, which holds no kernel"),
    Format([0xd0, 0x0d, 0xfe, 0xed], "is a flattened device tree or FIT image; take the kernel out of it with dumpimage"),
    Format([0x27, 0x05, 0x19, 0x56], "is a U-Boot image; take the kernel out of it with dumpimage"),
    Format("LUKS\u{0}", encrypted),
    Format([0x4c, 0x55, 0x4b, 0x53, 0xba, 0xbe], encrypted),
    Format("Salted__", encrypted),
    Format("age-encryption.org", encrypted),
    Format("-----BEGIN PGP", "is signed or encrypted by PGP; take the kernel out of it with gpg --decrypt"),
    Format(
      [0x30, 0x82], "is a DER structure (a signature, or a kernel signed so that it is wrapped): take the kernel out of it first"),
    Format("ustar", at: 257, "is a tar archive; give the kernel in it, or a .deb or .rpm package"),
    Format("PK\u{3}\u{4}", "is a ZIP archive; give the kernel in it"),
    Format([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], "is a 7-Zip archive; give the kernel in it"),
    Format("LZIP", "is compressed by lzip; expand it first"),
    Format("LRZI", "is compressed by lrzip; expand it first"),
    Format([0x1f, 0x9d], "is compressed by compress; expand it first"),
    Format("hsqs", "is a squashfs image, not a kernel"),
  ]

  /// What `bytes` are.
  static func description(of bytes: ByteView) -> String {
    if let format = formats.first(where: { has($0.magic, at: $0.offset, bytes) }) {
      return format.problem
    }
    if has([0x4d, 0x5a], at: 0, bytes) { return efiProgram(bytes) }
    let start = bytes.withBytes { $0.prefix(8).map { hexadecimal($0) }.joined(separator: " ") }
    return """
      is no kernel file: neither an ELF vmlinux, nor an x86 bzImage, an arm64 or riscv64 Image, an s390x image, one of them \
      compressed, or a package; it starts with \(start)
      """
  }

  private static func efiProgram(_ bytes: ByteView) -> String {
    let head = (try? bytes.slice(at: 0, length: min(bytes.count, 4096))) ?? bytes
    guard head.firstIndex(of: Array(".linux\u{0}".utf8)) != nil else {
      return "is an EFI program without a Linux kernel header"
    }
    return """
      is a unified kernel image (an EFI program that wraps a kernel); take the kernel out of it with objcopy -O binary \
      --only-section=.linux
      """
  }

  private static func has(_ magic: [UInt8], at offset: Int, _ bytes: ByteView) -> Bool {
    guard bytes.count - offset >= magic.count else { return false }
    return bytes.withBytes { $0[offset..<(offset + magic.count)].elementsEqual(magic) }
  }
}
