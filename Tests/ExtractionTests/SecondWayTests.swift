import KernelImage
import TestSupport
import Testing

/// The meanings of the miniature kernel's conversions, by a second way.
@Suite struct SecondWayTests {
  @Test(
    arguments: Architecture.allCases,
    [
      [], ["RAW_TRACEPOINT=8192"], ["NETNS_INUM"], ["NETNS_INUM", "NETNS_INUM_WRITABLE", "SKB_MOVED"],
      ["NETNS_INUM", "NETNS_INUM_SWAPPED", "SAME_REGISTER_BUG"],
      ["NETNS_INUM", "NETNS_INUM_SHIFTED", "REGISTER_NOT_RESTORED", "FIELD_NARROWED", "FIELD_IN_PADDING"],
    ])
  func miniatureKernel(_ architecture: Architecture, _ variants: [String]) throws {
    let way = SecondWay(try MiniKernel.open(architecture, variants))
    try way.check(memories: 1000)
    #expect(way.problems == [])
    // It has seen something: accesses that fault, and accesses that store.
    #expect(way.accesses > 1000 && way.cases > 200)
    #expect(way.faults > 1000 && way.stores > 1000)
  }
}
