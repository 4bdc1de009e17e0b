import ByteReading
import TestSupport
import Testing

import KernelImage

/// Files that are no kernels, or none that can be audited, and what is said of them.
@Suite struct RefusalTests {
  private func problem(_ bytes: [UInt8]) throws -> String { try BootImageTests.problem(bytes) }

  @Test func initialDisk() throws {
    let cpio = PackageWriter.cpio([.init("init", [1, 2, 3])])
    let message = "is an initial RAM disk (a cpio archive), not a kernel"
    #expect(try problem(cpio) == message)
    for compressor in [Compressor.gzip, .xz, .zstd, .lz4Legacy] {
      #expect(try problem(compressor.compress(cpio)) == message)
    }
  }

  @Test(arguments: [
    ("Salted__abcdefgh", 0, "is encrypted; decrypt it first"),
    ("LUKS\u{0}\u{1}", 0, "is encrypted; decrypt it first"),
    ("ANDROID!", 0, "is an Android boot image; take the kernel out of it with unpack_bootimg"),
    ("-----BEGIN PGP MESSAGE-----", 0, "is signed or encrypted by PGP; take the kernel out of it with gpg --decrypt"),
    ("ustar", 257, "is a tar archive; give the kernel in it, or a .deb or .rpm package"),
    ("hsqs", 0, "is a squashfs image, not a kernel"),
    ("LZIP", 0, "is compressed by lzip; expand it first"),
    ("MZ", 0, "is an EFI program without a Linux kernel header"),
  ])
  func knownFormats(_ magic: String, _ offset: Int, _ message: String) throws {
    let bytes = [UInt8](repeating: 0, count: offset) + Array(magic.utf8) + [UInt8](repeating: 0, count: 600)
    #expect(try problem(bytes) == message)
  }

  @Test func unifiedKernelImage() throws {
    var bytes = Array("MZ".utf8) + [UInt8](repeating: 0, count: 0x300)
    bytes.replaceSubrange(0x180..<0x187, with: ".linux\u{0}".utf8)
    #expect(
      try problem(bytes)
        == "is a unified kernel image (an EFI program that wraps a kernel); take the kernel out of it with objcopy -O binary --only-section=.linux"
    )
  }

  @Test func thirtyTwoBitARM() throws {
    var bytes = [UInt8](repeating: 0, count: 0x1000)
    bytes.replaceSubrange(0x24..<0x28, with: [0x18, 0x28, 0x6f, 0x01])
    #expect(try problem(bytes) == "can't be audited: a 32-bit ARM kernel (zImage)")
  }

  @Test func something() throws {
    #expect(
      try problem(Array("#!/bin/sh\n".utf8))
        == "is no kernel file: neither an ELF vmlinux, nor an x86 bzImage, an arm64 or riscv64 Image, an s390x image, one of them compressed, or a package; it starts with 0x23 0x21 0x2f 0x62 0x69 0x6e 0x2f 0x73"
    )
  }

  @Test func kernelModule() throws {
    var elf = ElfWriter()
    elf.sections = [ElfWriter.Section(".gnu.linkonce.this_module", type: 1, content: [0])]
    #expect(try problem(elf.write().bytes) == "is a kernel module, not a kernel")
    #expect(try problem(Compressor.xz.compress(elf.write().bytes)) == "is a kernel module, not a kernel")
  }

  @Test func emptyFileAndDirectory() throws {
    #expect(try problem([]) == "is empty")
    let error = #expect(throws: KernelImageError.self) { _ = try KernelFile.open("/") }
    #expect(error?.description == "/: is a directory")
  }

  @Test func strippedProgram() throws {
    var elf = TinyKernel().stripped
    elf.memory = [UInt8](repeating: 0x90, count: 8192)
    #expect(
      try problem(elf.write().bytes)
        == "has no symbols: no .symtab, and no kallsyms token table is in its memory")
  }

  @Test func noBanner() throws {
    var kernel = TinyKernel()
    kernel.hasDataSymbols = false
    var elf = kernel.stripped
    elf.memory.replaceSubrange(
      TinyKernel.Offset.banner..<(TinyKernel.Offset.banner + 5), with: Array("Minix".utf8))
    #expect(
      try problem(elf.write().bytes)
        == "has no text linux_banner, so it is no Linux kernel")
  }

  @Test func memberOfNoPackage() throws {
    let path = try TemporaryFile.write(TinyKernel().vmlinux.write().bytes)
    let error = #expect(throws: KernelImageError.self) {
      try KernelFile.open(path, member: "boot/vmlinuz-1")
    }
    #expect(error?.description == "\(path): is no package, so it has no member boot/vmlinuz-1")
  }
}
