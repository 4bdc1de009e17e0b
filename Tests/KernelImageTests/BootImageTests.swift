import ByteReading
import Decompression
import Foundation
import TestSupport
import Testing

import KernelImage

/// Kernels in the formats that boot loaders take.
@Suite struct BootImageTests {
  static func open(_ bytes: [UInt8], name: String = "vmlinuz") throws -> KernelImage {
    let path = try TemporaryFile.write(bytes, name: name)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try KernelImage.open(path, debugDirectories: [])
  }

  static func problem(_ bytes: [UInt8]) throws -> String {
    let path = try TemporaryFile.write(bytes, name: "vmlinuz")
    defer { try? FileManager.default.removeItem(atPath: path) }
    let error = #expect(throws: KernelImageError.self) {
      try KernelImage.open(path, debugDirectories: [])
    }
    let message = error?.description ?? ""
    #expect(message.hasPrefix("\(path): "))
    return String(message.dropFirst(path.count + 2))
  }

  /// Whether an opened image is the tiny kernel, in all that it says of it.
  static func expect(_ image: KernelImage, is kernel: TinyKernel, _ architecture: Architecture) {
    #expect(image.architecture == architecture)
    #expect(image.banner.release == kernel.release)
    #expect(image.banner.compiler == "gcc 12 (x), ld")
    #expect(image.btf?.copy() == kernel.types)
    #expect(image.memory.segments.first?.address == kernel.base)
    #expect(image.buildID == "deadbeef01020304")
    for symbol in kernel.symbols {
      #expect(image.symbols.address(of: symbol.name) == symbol.address, "\(symbol.name)")
    }
    #expect(image.symbols.count == kernel.symbols.count)
  }

  // MARK: - x86

  @Test(arguments: Compressor.allCases)
  func bootImage(_ compressor: Compressor) throws {
    let kernel = TinyKernel()
    let elf = kernel.stripped.write().bytes
    let image = ImageWriter.bootImage(
      payload: try compressor.compress(elf), size: compressor == .gzip ? nil : elf.count)
    Self.expect(try Self.open(image), is: kernel, .x86_64)
  }

  @Test(arguments: [KallsymsWriter.Form.offsetsFirst, .offsetsFirstWithSequences, .offsetsLast])
  func bootImageWithAbsolutePerCPUData(_ form: KallsymsWriter.Form) throws {
    var kernel = TinyKernel()
    (kernel.form, kernel.absolutePerCPU) = (form, true)
    let elf = kernel.stripped.write().bytes
    let image = ImageWriter.bootImage(payload: try Compressor.zstd.compress(elf), size: elf.count)
    Self.expect(try Self.open(image), is: kernel, .x86_64)
  }

  /// What follows the vmlinux in the payload (relocations for KASLR) is no part of it.
  @Test func relocationsBehindTheKernel() throws {
    let kernel = TinyKernel()
    let elf = kernel.stripped.write().bytes + [UInt8](repeating: 0xff, count: 4000)
    let image = ImageWriter.bootImage(payload: try Compressor.zstd.compress(elf), size: elf.count)
    Self.expect(try Self.open(image), is: kernel, .x86_64)
  }

  @Test func truncatedBootImage() throws {
    let elf = TinyKernel().stripped.write().bytes
    let payload = try Compressor.zstd.compress(elf)
    let image = ImageWriter.bootImage(payload: payload, size: elf.count)
    let start = 5 * 512 + 0x300
    let ends = ImageWriter.bootImageBoundaries + [start + payload.count / 2, start + payload.count, start + payload.count + 4]
    for end in ends {
      for length in [end - 1, end, end + 1] where length < start + payload.count + 4 {
        let problem = try Self.problem(Array(image[..<length]))
        #expect(!problem.isEmpty, "\(length)")
      }
    }
    let problem = try Self.problem(Array(image[..<(start + 100)]))
    #expect(
      problem == "at offset 0xd00: truncated: \(payload.count + 4) bytes are needed, the whole has \(start + 100)")
  }

  @Test func wrongSize() throws {
    let elf = TinyKernel().stripped.write().bytes
    let image = ImageWriter.bootImage(payload: try Compressor.xz.compress(elf), size: elf.count + 1)
    let problem = try Self.problem(image)
    #expect(problem.hasPrefix("payload: at offset 0x"))
    #expect(problem.hasSuffix("it says that it expands to \(elf.count + 1) bytes, but expands to \(elf.count)"))
  }

  @Test func oldProtocol() throws {
    let image = ImageWriter.bootImage(payload: [1, 2, 3, 4, 5], size: 0, protocolVersion: 0x207)
    #expect(
      try Self.problem(image)
        == "at offset 0x206: boot protocol 2.7 does not say where the kernel is; 2.08 (Linux 2.6.26) does")
  }

  @Test func emptyPayload() throws {
    #expect(
      try Self.problem(ImageWriter.bootImage(payload: [], size: 0))
        == "at offset 0x24c: the payload has a length of 4")
  }

  @Test func unknownCompression() throws {
    let image = ImageWriter.bootImage(payload: [0xde, 0xad, 1, 2, 3, 4, 5, 6, 7], size: 100)
    #expect(
      try Self.problem(image)
        == "can't be audited: its payload is encrypted, or compressed in a way that is not known; it starts with 0xde 0xad 0x1 0x2 0x3 0x4 0x5 0x6"
    )
  }

  @Test func damagedPayload() throws {
    let elf = TinyKernel().stripped.write().bytes
    for compressor in [Compressor.gzip, .xz, .bzip2, .zstd] {
      var payload = try compressor.compress(elf)
      for index in payload.count / 2..<(payload.count / 2 + 40) { payload[index] ^= 0xff }
      let problem = try Self.problem(
        ImageWriter.bootImage(payload: payload, size: compressor == .gzip ? nil : elf.count))
      #expect(problem.contains("data is damaged") || problem.contains("data ends early"), "\(problem)")
    }
  }

  @Test(.timeLimit(.minutes(2)))
  func bomb() throws {
    // 600 MB of zeroes are 20 kB.
    let path = try TemporaryFile.write([])
    try Command.run("sh", ["-c", "head -c 600000000 /dev/zero | zstd -q >\"$1.zst\"", "sh", path])
    defer { try? FileManager.default.removeItem(atPath: path + ".zst") }
    let error = #expect(throws: KernelImageError.self) { try KernelFile.open(path + ".zst") }
    #expect(
      error?.description
        == "\(path).zst: the zstd data expands to more than 512 MB: no kernel is that large")
  }

  // MARK: - Compressed vmlinux

  @Test(arguments: Compressor.allCases)
  func compressedVmlinux(_ compressor: Compressor) throws {
    let kernel = TinyKernel()
    let image = try Self.open(try compressor.compress(kernel.vmlinux.write().bytes))
    Self.expect(image, is: kernel, .x86_64)
  }

  @Test func wrappersInsideEachOther() throws {
    let kernel = TinyKernel()
    var bytes = kernel.stripped.write().bytes
    for _ in 0..<3 { bytes = try Compressor.gzip.compress(bytes) }
    Self.expect(try Self.open(bytes), is: kernel, .x86_64)
    for _ in 0..<2 { bytes = try Compressor.gzip.compress(bytes) }
    #expect(try Self.problem(bytes) == "has more than 4 wrappers around each other")
  }

  // MARK: - Flat images

  private static func arm64() -> TinyKernel {
    var kernel = TinyKernel()
    (kernel.base, kernel.form) = (0xffff_8000_8000_0000, .placeRelative)
    return kernel
  }

  private static func image(_ kernel: TinyKernel, magic: String = "ARM\u{64}") -> [UInt8] {
    ImageWriter.flatImage(kernel.memory, magic: magic, memorySize: UInt64(TinyKernel.Offset.end + 0x5000))
  }

  @Test(arguments: KallsymsWriter.Form.allCases)
  func flatImage(_ form: KallsymsWriter.Form) throws {
    var kernel = Self.arm64()
    kernel.form = form
    let image = try Self.open(Self.image(kernel))
    Self.expect(image, is: kernel, .arm64)
    #expect(image.memory.segments[0].memorySize == TinyKernel.Offset.end + 0x5000)
    #expect(try image.memory.word(at: kernel.base + UInt64(TinyKernel.Offset.end + 0x4000)) == 0)
    kernel.base = 0xffff_ffff_8000_0000
    Self.expect(try Self.open(Self.image(kernel, magic: "RSC\u{5}")), is: kernel, .riscv64)
  }

  @Test func flatImageInGzipAndZboot() throws {
    let kernel = Self.arm64()
    let compressed = try Compressor.gzip.compress(Self.image(kernel))
    Self.expect(try Self.open(compressed), is: kernel, .arm64)
    let zboot = ImageWriter.compressedEFIImage(payload: compressed, compression: "gzip")
    Self.expect(try Self.open(zboot), is: kernel, .arm64)
    let zstd = ImageWriter.compressedEFIImage(
      payload: try Compressor.zstd.compress(Self.image(kernel)), compression: "zstd22")
    Self.expect(try Self.open(zstd), is: kernel, .arm64)
    for length in [0x10, 0x18, 0x1ff, 0x200, 0x201, zboot.count - 1] {
      #expect(try !Self.problem(Array(zboot[..<length])).isEmpty)
    }
  }

  @Test func s390Image() throws {
    var kernel = TinyKernel()
    (kernel.order, kernel.base, kernel.form) = (.big, 0x10_0000, .offsetsLast)
    // All that compresses well is smaller than the image around it: more memory makes up for it.
    let memory = kernel.memory
    for compressor in [Compressor.zstd, .xz, .gzip, .lz4Legacy, .lzop, .bzip2, .lzma] {
      let payload = try compressor.compress(memory)
      Self.expect(try Self.open(ImageWriter.s390Image(payload: payload)), is: kernel, .s390x)
    }
    let payload = try Compressor.zstd.compress(memory)
    let whole = ImageWriter.s390Image(payload: payload)
    let cut = try Self.problem(Array(whole[..<(0x10100 + 0x333 + payload.count / 2)]))
    #expect(cut == "payload: the zstd data ends early: the file is cut off")
    let none = try Self.problem(ImageWriter.s390Image(payload: [1, 2, 3]))
    #expect(none == "can't be audited: an s390x image without a kernel in it that is compressed in a known way")
  }

  @Test func bigEndianARM() throws {
    let image = ImageWriter.flatImage(
      Self.arm64().memory, magic: "ARM\u{64}", memorySize: 0x70000, flags: 1)
    #expect(try Self.problem(image) == "can't be audited: a big-endian arm64 kernel")
  }

  @Test func absurdMemorySize() throws {
    let image = ImageWriter.flatImage(
      Self.arm64().memory, magic: "ARM\u{64}", memorySize: 1 << 40)
    #expect(
      try Self.problem(image)
        == "at offset 0x10: the header says that the image takes 0x10000000000 bytes of memory")
  }

  @Test func noLists() throws {
    var kernel = Self.arm64()
    kernel.listCount = 10
    #expect(
      try Self.problem(Self.image(kernel))
        == "is a flat image of 393216 bytes whose address can't be told: it has no lists that point to themselves, as every kernel has"
    )
  }

  @Test func truncatedFlatImage() throws {
    let kernel = Self.arm64()
    let image = Self.image(kernel)
    let tables = TinyKernel.Offset.tables
    for length in [64, 0x1000, 0x2000, 0x2400, tables, tables + 0x1000, tables + kernel.tables.start("offsets") + 8] {
      #expect(try !Self.problem(Array(image[..<length])).isEmpty, "\(length)")
    }
    #expect(
      try Self.problem(Array(image[..<tables]))
        == "has no symbols: no .symtab, and no kallsyms token table is in its memory")
  }

  /// Kernels before RELR: zeroes in place of pointers, and a table that says what they are to be.
  @Test func relocations() throws {
    var kernel = Self.arm64()
    (kernel.pointersAreZero, kernel.relocationType) = (true, 1027)
    let image = try Self.open(Self.image(kernel))
    Self.expect(image, is: kernel, .arm64)
    let lists = kernel.base + UInt64(TinyKernel.Offset.lists)
    #expect(try image.memory.word(at: lists) == lists)
    #expect(try image.memory.word(at: lists + 24) == lists + 16)
    // Another architecture's relocations are none.
    kernel.relocationType = 3
    #expect(try Self.problem(Self.image(kernel)).contains("whose address can't be told"))
  }

  @Test func functionsAlone() throws {
    var kernel = Self.arm64()
    (kernel.form, kernel.hasDataSymbols) = (.offsetsFirst, false)
    let image = try Self.open(Self.image(kernel))
    Self.expect(image, is: kernel, .arm64)
    #expect(!image.hasDataSymbols)
  }
}
