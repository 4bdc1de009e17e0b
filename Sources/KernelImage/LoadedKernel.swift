import ByteReading

/// A kernel's memory, as its file says it is laid out.
struct LoadedKernel {
  let architecture: Architecture
  let memory: KernelMemory
  /// The ELF file that it was loaded from; nil for a flat image.
  let elf: ElfFile?

  init(_ content: KernelContent, path: String) throws(KernelImageError) {
    let segments: [Segment]
    switch content {
    case .elf(let bytes):
      let file = try ElfFile(bytes)
      architecture = try file.kernelArchitecture()
      segments = try file.loadableSegments()
      try file.applyRelativeRelocations(to: segments, architecture: architecture)
      elf = file
    case .flat(let image):
      architecture = image.architecture
      segments = [try FlatImageMemory(image).segment()]
      elf = nil
    }
    memory = KernelMemory(segments: segments, byteOrder: architecture.byteOrder, file: path)
  }

  /// The same kernel with its memory up to the symbol `_end`: the header of a flat image may not tell how much of zeroed
  /// memory follows it.
  func extended(by symbols: SymbolTable) -> KernelMemory {
    guard elf == nil, let segment = memory.segments.first, let end = symbols.address(of: "_end"),
      end > segment.address, end - segment.address <= 1 << 32
    else { return memory }
    return KernelMemory(
      segments: [
        Segment(
          address: segment.address, memorySize: max(segment.memorySize, Int(end - segment.address)),
          bytes: segment.bytes)
      ], byteOrder: memory.byteOrder, file: memory.file)
  }

  /// The kernel's symbols, and whether they name data too: of its ELF file, else of its own table.
  func symbols(path: String) throws(KernelImageError) -> (table: SymbolTable, hasData: Bool) {
    if let table = try elf?.symbolTable() { return (table, true) }
    do throws(Kallsyms.Problem) {
      let kallsyms = try Kallsyms(memory)
      return (kallsyms.symbols, kallsyms.hasData)
    } catch {
      throw .notAKernel(path: path, problem: "has no symbols: no .symtab, and \(error)")
    }
  }
}
