import ByteReading

extension ElfFile {
  /// The content of the section `.BTF`, where there is one.
  func btf() throws(KernelImageError) -> ByteView? {
    guard let section = section(".BTF") else { return nil }
    do { return try contents(of: section) } catch { throw .bytes(error) }
  }
}

extension KernelMemory {
  /// The kernel's BTF in an image without section headers: the largest part of the memory that starts with a BTF header
  /// (`struct btf_header`, include/uapi/linux/btf.h) whose parts lie one after the other.
  func btf() -> ByteView? {
    var best: ByteView?
    for segment in segments {
      var start = 0
      while let offset = segment.bytes.firstIndex(of: Self.btfStart(byteOrder), from: start) {
        if let length = try? Self.btfLength(segment.bytes, at: offset, byteOrder),
          length > best?.count ?? 0
        {
          best = try? segment.bytes.slice(at: offset, length: length, part: ".BTF")
        }
        start = offset + 1
      }
    }
    return best
  }

  /// The magic number 0xeb9f, version 1, no flags.
  private static func btfStart(_ order: ByteOrder) -> [UInt8] {
    order == .little ? [0x9f, 0xeb, 1, 0] : [0xeb, 0x9f, 1, 0]
  }

  /// How many bytes the BTF that starts at `start` has; nil where its header contradicts itself.
  private static func btfLength(
    _ bytes: ByteView, at start: Int, _ order: ByteOrder
  ) throws(ByteError) -> Int? {
    func word(_ offset: Int) throws(ByteError) -> Int {
      Int(try bytes.integer(UInt32.self, at: start + offset, order))
    }
    let header = try word(4)
    guard header >= 24, header <= 256, header % 4 == 0 else { return nil }
    let (typesOffset, typesLength) = (try word(8), try word(12))
    let (stringsOffset, stringsLength) = (try word(16), try word(20))
    // From 7.0 on a header may tell the layout of each kind of type in a part of its own.
    let layoutEnd = header >= 32 ? try word(24) + word(28) : 0
    let end = header + max(typesOffset + typesLength, stringsOffset + stringsLength, layoutEnd)
    guard typesOffset == 0, typesLength > 0, stringsLength > 0, end <= bytes.count - start else {
      return nil
    }
    return end
  }
}
