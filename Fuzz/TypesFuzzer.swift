import ByteReading
import TypeGraph

/// BTF of any content in either byte order: opened, indexed, and every type of it decoded.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzTypes(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = ByteView(
    copying: UnsafeBufferPointer(start: data, count: count), place: BytePlace(file: "input", part: ".BTF"))
  for order in ByteOrder.allCases {
    guard let reader = try? BTFReader(bytes, order: order) else { continue }
    try? reader.validateAll()
    _ = try? reader.function(named: "f")
    let graph = TypeGraph(reader)
    for name in ["s", "u", "e", "int"] {
      for type in (try? reader.types(named: name, in: [.composite, .enumeration, .alias])) ?? [] {
        _ = try? graph.byteSize(of: type)
        _ = try? graph.spelling(of: type)
        _ = try? graph.composite(type)
      }
    }
  }
  return 0
}
