import ByteReading
import KernelImage
import TestSupport
import Testing

@Suite struct KernelImageTests {
  private func problem(_ elf: ElfWriter) throws -> (path: String, message: String?) {
    try problem(elf.write().bytes)
  }

  private func problem(_ bytes: [UInt8]) throws -> (path: String, message: String?) {
    let path = try TemporaryFile.write(bytes, name: "vmlinux")
    let error = #expect(throws: KernelImageError.self) { _ = try KernelImage.open(path) }
    return (path, error?.description)
  }

  @Test func smallestKernel() throws {
    var elf = ElfWriter.kernel()
    // A note of 4 bytes of name, 4 of description, type NT_GNU_BUILD_ID.
    var note = ByteWriter(.little)
    for word: UInt32 in [4, 4, 3] { note.add(word) }
    note.add(Array("GNU\0".utf8) + [0xde, 0xad, 0x00, 0x0f])
    elf.sections = [
      ElfWriter.Section(".notes", type: 7, content: note.bytes),
      ElfWriter.Section(".BTF", type: 1, content: [1, 2, 3]),
    ]
    let image = try KernelImage.open(try TemporaryFile.write(elf.write().bytes))
    #expect(image.architecture == .x86_64)
    #expect(image.banner.release == "1.2.3-test")
    #expect(image.banner.compiler == "gcc 12 (x), ld")
    #expect(image.buildID == "dead000f")
    #expect(image.btf?.copy() == [1, 2, 3])
    #expect(image.dwarf == nil)
    #expect(image.symbols.address(of: "linux_banner") == elf.memoryAddress)
    #expect(image.symbols.address(of: "linux") == nil)
  }

  @Test(arguments: [
    (UInt16(62), ByteOrder.little, Architecture.x86_64), (183, .little, .arm64),
    (243, .little, .riscv64), (22, .big, .s390x),
  ])
  func architectures(_ machine: UInt16, _ order: ByteOrder, _ wanted: Architecture) throws {
    let bytes = ElfWriter.kernel(machine: machine, order: order).write().bytes
    #expect(try KernelImage.open(try TemporaryFile.write(bytes)).architecture == wanted)
  }

  @Test func emptyFileAndDirectory() throws {
    let (path, message) = try problem([])
    #expect(message == "\(path): is empty")
    let error = #expect(throws: KernelImageError.self) { _ = try KernelImage.open("/") }
    #expect(error?.description == "/: is a directory")
  }

  @Test func thirtyTwoBits() throws {
    var elf = ElfWriter.kernel()
    elf.fileClass = 1
    let (path, message) = try problem(elf)
    let text = try #require(message)
    // A 64-bit file that says it is a 32-bit one has headers that make no sense as such.
    #expect(text.hasPrefix("\(path): "))
    var header = ByteWriter(.little)
    header.add([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1])
    header.pad(to: 16)
    header.add(UInt16(2))
    header.add(UInt16(3))
    header.add(UInt32(1))
    header.pad(to: 40)
    for size: UInt16 in [52, 32, 0, 40, 0, 0] { header.add(size) }
    let (small, smallMessage) = try problem(header.bytes)
    #expect(
      smallMessage
        == "\(small): can't be audited: it is a 32-bit kernel; BPF context conversion of 32-bit kernels is not read")
  }

  @Test func unsupportedMachine() throws {
    let (path, message) = try problem(ElfWriter.kernel(machine: 21))
    #expect(
      message
        == "\(path): can't be audited: its ELF machine is 21; x86-64, arm64, riscv64 and s390x kernels are read")
    let (other, order) = try problem(ElfWriter.kernel(machine: 183, order: .big))
    #expect(order == "\(other): can't be audited: a big-endian arm64 kernel")
  }

  @Test func noSymbols() throws {
    var elf = ElfWriter.kernel()
    elf.symbols = nil
    let (path, message) = try problem(elf)
    #expect(message == "\(path): has no symbols: no .symtab, and no kallsyms token table is in its memory")
  }

  @Test func noBanner() throws {
    var elf = ElfWriter.kernel()
    elf.symbols = [ElfWriter.Symbol("main", elf.memoryAddress)]
    let (path, message) = try problem(elf)
    #expect(message == "\(path): has no symbol linux_banner, so it is no Linux kernel")
    elf.symbols = [ElfWriter.Symbol("linux_banner", elf.memoryAddress + 6)]
    let (other, wrong) = try problem(elf)
    #expect(wrong == "\(other): what stands at linux_banner is not \"Linux version …\"")
    elf.symbols = [ElfWriter.Symbol("linux_banner", 16)]
    let (third, outside) = try problem(elf)
    #expect(outside == "\(third): kernel memory: at offset 0x0: no segment holds the address 0x10")
  }

  @Test func noMemory() throws {
    var elf = ElfWriter.kernel()
    elf.memory = []
    let (path, message) = try problem(elf)
    #expect(message == "\(path): has no loadable segment, so it is no linked kernel")
  }

  @Test func hugeMemory() throws {
    var elf = ElfWriter.kernel()
    elf.memorySize = 1 << 40
    let (path, message) = try problem(elf)
    #expect(
      message
        == "\(path): not a readable ELF file: the segment at 0xffffffff81000000 has a memory size of 0x10000000000 and a file size of 0x38"
    )
    elf.memorySize = 1
    #expect(try problem(elf).message?.contains("has a memory size of 0x1") == true)
  }

  /// A section that says it is 4 GB long in a file of some kilobytes.
  @Test(arguments: [".BTF", ".symtab", ".strtab"])
  func fourGigabytes(_ name: String) throws {
    var elf = ElfWriter.kernel()
    elf.sections = [ElfWriter.Section(".BTF", type: 1, content: [1, 2, 3])]
    var bytes = elf.write().bytes
    // Find the section's header: the one whose name is `name`.
    let image = try ElfFile(ByteView(copying: bytes, place: BytePlace(file: "f")))
    let index = try #require(image.sections.firstIndex { $0.name == name })
    var writer = ByteWriter(.little)
    writer.add(bytes)
    let headers = bytes.count - image.sections.count * 64
    writer.replace(UInt64(4) << 30, at: headers + index * 64 + 32)
    bytes = writer.bytes
    let (path, message) = try problem(bytes)
    #expect(message?.hasPrefix("\(path): \(name): ") == true || message?.hasPrefix("\(path): at offset") == true)
    #expect(message?.contains("4294967296 bytes are needed") == true)
  }

  /// Cut off at every boundary, and one byte to each side of it: an error that names the file, never anything else.
  @Test func truncated() throws {
    var elf = ElfWriter.kernel()
    elf.sections = [ElfWriter.Section(".BTF", type: 1, content: [UInt8](repeating: 7, count: 100))]
    let (bytes, boundaries) = elf.write()
    for boundary in boundaries {
      for length in [boundary - 1, boundary, boundary + 1] where length > 0 && length < bytes.count {
        let (path, message) = try problem(Array(bytes[..<length]))
        #expect(message?.hasPrefix("\(path): ") == true, "\(length): \(message ?? "")")
      }
    }
  }

  /// Every byte of the headers with every bit turned: an error or an image, never a trap.
  @Test func damagedHeaders() throws {
    let bytes = ElfWriter.kernel().write().bytes
    var accepted = 0
    for index in 0..<ElfWriter.headerSize + 56 {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[index] ^= 1 << UInt8(bit)
        let view = ByteView(copying: damaged, place: BytePlace(file: "f"))
        if (try? ElfFile(view)) != nil { accepted += 1 }
      }
    }
    #expect(accepted > 0)
  }
}

@Suite struct KernelConfigurationTests {
  @Test func options() throws {
    let text = "# comment\nCONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C=\"x=y\"\nCONFIG_NR_CPUS=64\n"
    let configuration = try KernelConfiguration(text: text, place: BytePlace(file: "c"))
    #expect(configuration["CONFIG_A"] == "y")
    #expect(configuration["CONFIG_B"] == "n")
    #expect(configuration["CONFIG_C"] == "\"x=y\"")
    #expect(configuration["CONFIG_NR_CPUS"] == "64")
    let same = try KernelConfiguration(
      text: "CONFIG_NR_CPUS=64\nCONFIG_C=\"x=y\"\nCONFIG_A=y\n", place: BytePlace(file: "d"))
    #expect(configuration.digest == same.digest)
  }

  @Test func noConfiguration() {
    let error = #expect(throws: ByteError.self) {
      _ = try KernelConfiguration(text: "hello\n", place: BytePlace(file: "c"))
    }
    #expect(
      error?.description
        == "c: at offset 0x0: no line sets an option (CONFIG_…=…): it is no kernel configuration")
  }
}
