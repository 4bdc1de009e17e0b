import ByteReading

/// Writes tiny ELF files: headers as the tests want them, right or wrong (System V ABI, chapter 4 and 5).
public struct ElfWriter {
  public struct Section {
    public var name: String
    public var type: UInt32
    public var flags: UInt64 = 0
    public var address: UInt64 = 0
    public var content: [UInt8]
    public var link: UInt32 = 0
    /// What the header says, where it is not the truth.
    public var claimedSize: UInt64?

    public init(_ name: String, type: UInt32, content: [UInt8], link: UInt32 = 0, address: UInt64 = 0, flags: UInt64 = 0) {
      self.name = name
      self.type = type
      self.content = content
      self.link = link
      self.address = address
      self.flags = flags
    }
  }

  public struct Symbol {
    public let name: String
    public let address: UInt64

    public init(_ name: String, _ address: UInt64) {
      self.name = name
      self.address = address
    }
  }

  public var order: ByteOrder = .little
  public var machine: UInt16 = 62
  /// `EI_CLASS`: 2 is 64-bit.
  public var fileClass: UInt8 = 2
  /// The kernel's memory: where it is, what is in it, and how much the header says there is.
  public var memoryAddress: UInt64 = 0xffff_ffff_8100_0000
  public var memory: [UInt8] = []
  public var memorySize: UInt64?
  public var symbols: [Symbol]? = []
  public var sections: [Section] = []

  public init() {}

  public static let headerSize = 64

  /// The file, and where its parts start: program header, memory, each section, the section headers.
  public func write() -> (bytes: [UInt8], boundaries: [Int]) {
    var all = [Section("", type: 0, content: [])] + sections
    if let symbols { all += symbolSections(symbols, first: UInt32(all.count)) }
    var names: [UInt8] = [0]
    var nameOffsets: [UInt32] = []
    all.append(Section(".shstrtab", type: 3, content: []))
    for section in all {
      nameOffsets.append(UInt32(names.count))
      names += Array(section.name.utf8) + [0]
    }
    all[all.count - 1].content = names

    var file = ByteWriter(order)
    file.pad(to: Self.headerSize)
    var boundaries = [0, file.count]
    file.pad(to: Self.headerSize + 56)
    boundaries.append(file.count)
    file.pad(to: 4096)
    file.add(memory)
    boundaries.append(file.count)
    var offsets: [Int] = []
    for section in all {
      file.pad(to: (file.count + 7) & ~7)
      offsets.append(file.count)
      file.add(section.content)
      boundaries.append(file.count)
    }
    file.pad(to: (file.count + 7) & ~7)
    let headers = file.count
    for (index, section) in all.enumerated() {
      add(section, nameOffsets[index], offsets[index], to: &file)
      boundaries.append(file.count)
    }
    writeHeaders(&file, sectionHeaders: headers, count: all.count)
    return (file.bytes, boundaries)
  }

  private func symbolSections(_ symbols: [Symbol], first: UInt32) -> [Section] {
    var names: [UInt8] = [0]
    var entries = ByteWriter(order)
    entries.pad(to: 24)
    for symbol in symbols {
      entries.add(UInt32(names.count))
      entries.add(UInt8(0x12))
      entries.add(UInt8(0))
      entries.add(UInt16(1))
      entries.add(symbol.address)
      entries.add(UInt64(0))
      names += Array(symbol.name.utf8) + [0]
    }
    return [
      Section(".symtab", type: 2, content: entries.bytes, link: first + 1),
      Section(".strtab", type: 3, content: names),
    ]
  }

  private func add(_ section: Section, _ name: UInt32, _ offset: Int, to file: inout ByteWriter) {
    file.add(name)
    file.add(section.type)
    file.add(section.flags)
    file.add(section.address)
    file.add(UInt64(offset))
    file.add(section.claimedSize ?? UInt64(section.content.count))
    file.add(section.link)
    file.add(UInt32(0))
    file.add(UInt64(8))
    file.add(UInt64(section.type == 2 ? 24 : 0))
  }

  private func writeHeaders(_ file: inout ByteWriter, sectionHeaders: Int, count: Int) {
    var header = ByteWriter(order)
    header.add([0x7f, 0x45, 0x4c, 0x46, fileClass, order == .little ? 1 : 2, 1])
    header.pad(to: 16)
    header.add(UInt16(2))
    header.add(machine)
    header.add(UInt32(1))
    header.add(memoryAddress)
    header.add(UInt64(Self.headerSize))
    header.add(UInt64(sectionHeaders))
    header.add(UInt32(0))
    for value in [64, 56, memory.isEmpty ? 0 : 1, 64, count, count - 1] { header.add(UInt16(value)) }
    // The program header: PT_LOAD, readable.
    header.add(UInt32(1))
    header.add(UInt32(4))
    header.add(UInt64(4096))
    header.add(memoryAddress)
    header.add(memoryAddress)
    header.add(UInt64(memory.count))
    header.add(memorySize ?? UInt64(memory.count))
    header.add(UInt64(4096))
    for (index, byte) in header.bytes.enumerated() { file.replace(byte, at: index) }
  }

  /// The smallest file that is taken for a kernel: a banner, and a symbol that says where it is.
  public static func kernel(machine: UInt16 = 62, order: ByteOrder = .little) -> ElfWriter {
    var elf = ElfWriter()
    elf.machine = machine
    elf.order = order
    elf.memory = Array("Linux version 1.2.3-test (a@b) (gcc 12 (x), ld) #1 SMP\n\0".utf8)
    elf.symbols = [Symbol("linux_banner", elf.memoryAddress)]
    return elf
  }
}
