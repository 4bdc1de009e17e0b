import ByteReading

@testable import KernelImage

/// A kernel file of any content: taken out of its wrappers, loaded, and searched for all that an audit wants.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzImage(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = ByteView(
    copying: UnsafeBufferPointer(start: data, count: count), place: BytePlace(file: "input"))
  guard let file = try? KernelFile(bytes), let image = try? KernelImage(file, debugDirectories: []) else {
    return 0
  }
  for segment in image.memory.segments {
    _ = try? image.memory.word(at: segment.address)
    _ = try? image.memory.string(at: segment.address)
  }
  _ = image.memory.words(equalTo: 0)
  _ = image.memory.contains("BPF")
  _ = image.symbols.nearest(to: 0xffff_ffff_8100_1000)
  return 0
}
