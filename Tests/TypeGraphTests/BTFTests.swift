import ByteReading
import TestSupport
import Testing
import TypeGraph

@Suite struct BTFTests {
  private func reader(_ bytes: [UInt8], _ order: ByteOrder = .little) throws -> BTFReader {
    try BTFReader(ByteView(copying: bytes, place: BytePlace(file: "k", part: ".BTF")), order: order)
  }

  /// One of each kind, and what it is in C.
  @Test(arguments: ByteOrder.allCases)
  func allKinds(_ order: ByteOrder) throws {
    var btf = BTFWriter(order)
    let u32 = btf.integer("unsigned int", bytes: 4)
    let s8 = btf.integer("signed char", bytes: 1, encoding: 1)
    let bool = btf.integer("_Bool", bytes: 1, encoding: 4)
    let pointer = btf.pointer(to: u32)
    let array = btf.array(of: u32, index: u32, count: 5)
    let structure = btf.structure(
      "s", bytes: 8, [.init("a", u32, 0), .init("b", s8, 32, bits: 3), .init("c", s8, 35, bits: 5)])
    let union = btf.structure("u", bytes: 4, [.init("x", u32, 0), .init("y", s8, 0)], kind: 5)
    let names = ["A", "B"].map { btf.string($0) }
    let enumeration = btf.add(
      kind: 6, name: "e", flag: true, count: 2, sizeOrType: 4,
      extra: [names[0], 7, names[1], UInt32(bitPattern: -2)])
    let forward = btf.add(kind: 7, name: "f")
    let forwardUnion = btf.add(kind: 7, name: "g", flag: true)
    let alias = btf.add(kind: 8, name: "__be32", sizeOrType: u32)
    let volatile = btf.add(kind: 9, sizeOrType: alias)
    let const = btf.add(kind: 10, sizeOrType: volatile)
    let restrict = btf.add(kind: 11, sizeOrType: pointer)
    let prototype = btf.add(kind: 13, count: 2, sizeOrType: u32, extra: [0, u32, 0, pointer])
    let function = btf.add(kind: 12, name: "fn", sizeOrType: prototype)
    let variable = btf.add(kind: 14, name: "v", sizeOrType: u32, extra: [0])
    let section = btf.add(kind: 15, name: ".data", count: 1, sizeOrType: 4, extra: [variable, 0, 4])
    let float = btf.add(kind: 16, name: "double", sizeOrType: 8)
    let declarationTag = btf.add(kind: 17, name: "tag", sizeOrType: structure, extra: [.max])
    let typeTag = btf.add(kind: 18, name: "rcu", sizeOrType: u32)
    let wide = btf.add(
      kind: 19, name: "w", count: 1, sizeOrType: 8, extra: [names[0], 0xffff_fffe, 1])

    let source = try reader(btf.write(), order)
    try source.validateAll()
    #expect(source.typeCount == Int(btf.last) + 1)
    let types = TypeGraph(source)
    func spelling(_ type: UInt32) throws -> String { try types.spelling(of: TypeID(type)) }
    func size(_ type: UInt32) throws -> Int? { try types.byteSize(of: TypeID(type)) }
    #expect(try spelling(0) == "void")
    #expect(try spelling(u32) == "unsigned int" && size(u32) == 4)
    #expect(try spelling(pointer) == "unsigned int *" && size(pointer) == 8)
    #expect(try spelling(array) == "unsigned int[5]" && size(array) == 20)
    #expect(try spelling(structure) == "struct s" && size(structure) == 8)
    #expect(try spelling(union) == "union u" && size(union) == 4)
    #expect(try spelling(enumeration) == "enum e" && size(enumeration) == 4)
    #expect(try spelling(forward) == "struct f" && size(forward) == nil)
    #expect(try spelling(forwardUnion) == "union g")
    #expect(try spelling(alias) == "__be32" && size(alias) == 4)
    #expect(try spelling(const) == "const volatile __be32" && size(const) == 4)
    #expect(try spelling(restrict) == "unsigned int * restrict")
    #expect(try spelling(typeTag) == "unsigned int" && size(typeTag) == 4)
    #expect(try spelling(float) == "double" && size(float) == 8)
    for other in [function, variable, section, declarationTag] { #expect(try size(other) == nil) }

    guard case .integer(let signed) = try types.node(TypeID(s8)),
      case .integer(let truth) = try types.node(TypeID(bool))
    else { return #expect(Bool(false)) }
    #expect(signed.isSigned && !signed.isBoolean && truth.isBoolean && !truth.isSigned)
    #expect(try types.enumerators(of: "e") == [.init(name: "A", value: 7), .init(name: "B", value: -2)])
    #expect(try types.enumerators(of: "w") == [.init(name: "A", value: 0x1_ffff_fffe)])
    #expect(try source.function(named: "fn")?.parameters == [TypeID(u32), TypeID(pointer)])
    #expect(try source.function(named: "none") == nil)
    _ = wide

    let members = try #require(try types.composite(TypeID(structure))).members
    #expect(members.map(\.name) == ["a", "b", "c"])
    #expect(members.map(\.bitOffset) == [0, 32, 35])
    #expect(members.map(\.bitSize) == [nil, 3, 5])
    #expect(try types.composite(named: "s") == TypeID(structure))
    #expect(try types.composite(named: "u") == TypeID(union))
    #expect(try types.composite(named: "f") == nil)
  }

  /// Kinds that are not known are passed over where the file says how long they are.
  @Test func kindLayout() throws {
    var btf = BTFWriter()
    let u32 = btf.integer("u32", bytes: 4)
    btf.add(kind: 25, name: "new", count: 2, extra: [1, 2, 3])
    let s = btf.structure("s", bytes: 4, [.init("a", u32, 0)])
    var layout = [(fixed: UInt8, element: UInt8)](repeating: (0, 0), count: 26)
    layout[25] = (4, 4)
    let types = TypeGraph(try reader(btf.write(layout: layout)))
    #expect(try types.composite(named: "s") == TypeID(s))
    guard case .other(let what) = try types.node(TypeID(2)) else { return #expect(Bool(false)) }
    #expect(what == "kind 25")
    let error = #expect(throws: TypeError.self) { _ = try reader(btf.write()) }
    #expect(
      error?.description
        == "k: .BTF types: at offset 0x10: type 2 is of kind 25, which is not known, and the file does not say how long such types are"
    )
  }

  // MARK: - Defects

  private func problem(_ bytes: [UInt8]) -> String? {
    #expect(throws: TypeError.self) { _ = try reader(bytes) }?.description
  }

  @Test func headers() {
    var btf = BTFWriter()
    _ = btf.integer("u32", bytes: 4)
    #expect(problem([]) == "k: .BTF: at offset 0x0: truncated: 2 bytes are needed, the whole has 0")
    #expect(problem(btf.write(magic: 0x1234)) == "k: .BTF: at offset 0x0: the magic number is 0x1234, not 0xeb9f")
    #expect(problem(btf.write(version: 2)) == "k: .BTF: at offset 0x2: BTF version 2 is not known")
    #expect(
      problem(btf.write(typesLength: 1 << 20))?.contains("the types (1048576 bytes at 24) lie behind the end") == true)
    // The other byte order's magic number is no magic number.
    #expect(problem(BTFWriter(.big).write())?.contains("the magic number is 0x9feb") == true)
  }

  @Test func truncatedEverywhere() throws {
    var btf = BTFWriter()
    let u32 = btf.integer("u32", bytes: 4)
    _ = btf.structure("s", bytes: 8, [.init("a", u32, 0), .init("b", u32, 32)])
    let bytes = btf.write()
    for length in 0..<bytes.count { #expect(problem(Array(bytes[..<length])) != nil, "\(length)") }
  }

  @Test func tooManyMembers() {
    var btf = BTFWriter()
    btf.add(kind: 4, name: "s", count: 1000, sizeOrType: 8)
    #expect(problem(btf.write()) == "k: .BTF types: at offset 0x0: type 1 needs 12012 bytes, 12 are left")
  }

  @Test func idsOutOfRange() throws {
    var btf = BTFWriter()
    let alias = btf.add(kind: 8, name: "t", sizeOrType: 1000)
    let types = TypeGraph(try reader(btf.write()))
    let error = #expect(throws: TypeError.self) { _ = try types.strippedNode(TypeID(alias)) }
    #expect(error?.description == "k: .BTF types: at offset 0xc: type id 1000 is out of range; there are 2")
  }

  @Test func nameOutOfRange() throws {
    var btf = BTFWriter()
    btf.add(kind: 4, name: "s", count: 1, sizeOrType: 4, extra: [9999, 0, 0])
    let source = try reader(btf.write())
    let error = #expect(throws: TypeError.self) { try source.validateAll() }
    #expect(error?.description.hasPrefix("k: .BTF strings: at offset 0x270f") == true)
  }

  @Test func loops() throws {
    var btf = BTFWriter()
    // 1: typedef of 2, 2: const of 1; 3: a structure that contains itself; 4: an array of itself; 5: pointer to itself.
    btf.add(kind: 8, name: "t", sizeOrType: 2)
    btf.add(kind: 10, sizeOrType: 1)
    _ = btf.structure("s", bytes: 8, [.init("", 3, 0), .init("a", 3, 0)])
    _ = btf.array(of: 4, index: 4, count: 2)
    _ = btf.pointer(to: 5)
    let types = TypeGraph(try reader(btf.write()))
    let error = #expect(throws: TypeError.self) { _ = try types.strippedNode(TypeID(1)) }
    #expect(error?.description == "BTF: the typedefs of type 1 form a loop")
    #expect(throws: TypeError.self) { _ = try types.byteSize(of: TypeID(4)) }
    #expect(throws: TypeError.self) { _ = try types.spelling(of: TypeID(5)) }
    #expect(try types.member("none", of: TypeID(3)) == nil)
    #expect(throws: TypeError.self) {
      _ = try MemberResolution(types: types).members(of: TypeID(3), at: 0..<8)
    }
  }

  @Test func hugeArray() throws {
    var btf = BTFWriter()
    let u64 = btf.integer("u64", bytes: 8)
    var array = btf.array(of: u64, index: u64, count: .max)
    array = btf.array(of: array, index: u64, count: .max)
    let types = TypeGraph(try reader(btf.write()))
    let error = #expect(throws: TypeError.self) { _ = try types.byteSize(of: TypeID(array)) }
    #expect(error?.description == "BTF: array 3 is too large")
  }

  /// Bytes turned at random: an error or types, never a trap.
  @Test func damaged() throws {
    var btf = BTFWriter()
    let u32 = btf.integer("u32", bytes: 4)
    let s = btf.structure("s", bytes: 8, [.init("a", u32, 0, bits: 3), .init("b", u32, 32)])
    _ = btf.array(of: s, index: u32, count: 3)
    let bytes = btf.write()
    var generator = Generator(seed: 1)
    for _ in 0..<20_000 {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        damaged[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      guard let source = try? reader(damaged) else { continue }
      try? source.validateAll()
      let types = TypeGraph(source)
      for number in 0..<UInt32(source.typeCount) {
        _ = try? types.byteSize(of: TypeID(number))
        _ = try? types.spelling(of: TypeID(number))
        _ = try? MemberResolution(types: types).members(of: TypeID(number), at: 0..<64)
      }
    }
  }
}
