import ByteReading

@testable import KernelImage

/// A kernel's memory of any content: the first byte says in which byte order, the rest is searched for kallsyms.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSymbols(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count > 1 else { return 0 }
  let bytes = ByteView(
    copying: UnsafeBufferPointer(start: data + 1, count: count - 1), place: BytePlace(file: "input"))
  let memory = KernelMemory(
    segments: [Segment(address: 0xffff_ffff_8100_0000, memorySize: max(bytes.count, 1 << 20), bytes: bytes)],
    byteOrder: data[0] & 1 == 0 ? .little : .big, file: "input")
  guard let kallsyms = try? Kallsyms(memory) else { return 0 }
  kallsyms.symbols.forEach { name, address in
    precondition(kallsyms.symbols.addresses(of: name).contains(address) || name.utf8.contains(0xef))
  }
  _ = kallsyms.symbols.nearest(to: 0xffff_ffff_8100_1000)
  return 0
}
