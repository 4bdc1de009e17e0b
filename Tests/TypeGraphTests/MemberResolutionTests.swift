import ByteReading
import TestSupport
import Testing
import TypeGraph

@Suite struct MemberResolutionTests {
  /// struct s { u32 a; union { u64 whole; struct { u32 low; u32 high; }; u8 bytes[8]; } at 8; u8 x:3, y:5 at 16;
  /// be16 port at 18; u8 tail[] at 24 }, with a hole at 4 and another at 20.
  private func fixture(_ order: ByteOrder) throws -> (TypeGraph, TypeID) {
    var btf = BTFWriter(order)
    let u8 = btf.integer("u8", bytes: 1)
    let u16 = btf.integer("u16", bytes: 2)
    let u32 = btf.integer("u32", bytes: 4)
    let u64 = btf.integer("u64", bytes: 8)
    let pair = btf.structure("", bytes: 8, [.init("low", u32, 0), .init("high", u32, 32)])
    let bytes = btf.array(of: u8, index: u32, count: 8)
    let flexible = btf.array(of: u8, index: u32, count: 0)
    let union = btf.structure(
      "", bytes: 8, [.init("whole", u64, 0), .init("", pair, 0), .init("bytes", bytes, 0)], kind: 5)
    let s = btf.structure(
      "s", bytes: 24,
      [
        .init("a", u32, 0), .init("", union, 64), .init("x", u8, 128, bits: 3),
        .init("y", u8, 131, bits: 5), .init("port", u16, 144), .init("tail", flexible, 192),
      ])
    let view = ByteView(copying: btf.write(), place: BytePlace(file: "k"))
    return (TypeGraph(try BTFReader(view, order: order)), TypeID(s))
  }

  private func names(_ range: Range<Int>, _ order: ByteOrder = .little) throws -> [String] {
    let (types, s) = try fixture(order)
    return try MemberResolution(types: types).members(of: s, at: range).map {
      "\($0.path ?? "-")\($0.isRun ? "…" : "") \($0.range.lowerBound)..<\($0.range.upperBound)"
    }
  }

  @Test(arguments: ByteOrder.allCases)
  func wholeMembers(_ order: ByteOrder) throws {
    #expect(try names(0..<32, order) == ["a 0..<32"])
    #expect(try names(8..<16, order) == ["a 8..<16"])
    #expect(try names(144..<160, order) == ["port 144..<160"])
  }

  /// Of union members the one that the bits are all of, else the narrowest that holds them.
  @Test func unions() throws {
    #expect(try names(64..<128) == ["whole 64..<128"])
    #expect(try names(64..<96) == ["low 64..<96"])
    #expect(try names(96..<128) == ["high 96..<128"])
    #expect(try names(72..<80) == ["bytes[1] 72..<80"])
    #expect(try names(112..<128) == ["bytes[6]… 112..<128"])
    #expect(try names(68..<70) == ["bytes[0] 68..<70"])
  }

  @Test func bitFields() throws {
    #expect(try names(128..<131) == ["x 128..<131"])
    #expect(try names(131..<136) == ["y 131..<136"])
    #expect(try names(128..<136) == ["x 128..<131", "y 131..<136"])
    #expect(try names(130..<133) == ["x 130..<131", "y 131..<133"])
  }

  @Test func holesAndEnds() throws {
    #expect(try names(32..<64) == ["- 32..<64"])
    #expect(try names(16..<48) == ["a 16..<32", "- 32..<48"])
    #expect(try names(136..<160) == ["- 136..<144", "port 144..<160"])
    #expect(try names(160..<192) == ["- 160..<192"])
  }

  /// An array without a length reaches to wherever the object ends.
  @Test func flexibleArray() throws {
    #expect(try names(192..<200) == ["tail[0] 192..<200"])
    #expect(try names(232..<240) == ["tail[5] 232..<240"])
    #expect(try names(192..<224) == ["tail[0]… 192..<224"])
  }

  @Test func membersByName() throws {
    let (types, s) = try fixture(.little)
    #expect(try types.member("high", of: s)?.bitOffset == 96)
    #expect(try types.member("whole", of: s)?.byteOffset == 8)
    #expect(try types.member("y", of: s)?.bitSize == 5)
    #expect(try types.member("y", of: s)?.bitOffset == 131)
    #expect(try types.member("none", of: s) == nil)
  }
}
