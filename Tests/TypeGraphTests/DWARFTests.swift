import ByteReading
import Foundation
import KernelImage
import TestSupport
import Testing
import TypeGraph

/// The same C, described by different compilers and in different ways.
@Suite struct DWARFTests {
  static let source = """
    typedef unsigned short __be16;
    struct inner { int x; };
    struct declared;
    union u { unsigned long long whole; struct { unsigned low; int high; }; };
    enum e { A = 7, B = -2, C = 1 << 20, D = 200, E = 50000 };
    struct s {
      const volatile unsigned char *name;
      __be16 port;
      unsigned char a : 3, b : 5;
      _Bool truth;
      union u;
      union u value;
      struct inner *inner;
      struct declared *declared;
      int grid[2][3];
      enum e kind;
      int (*call)(struct s *, unsigned long);
      long : 12;
      unsigned long wide : 40;
      unsigned char tail[];
    };
    """
  /// A unit that uses the types.
  private func unit(_ number: Int) -> String {
    """
    #include "types.h"
    struct s *global\(number);
    int function\(number)(struct s *s) { return s->grid[1][2]; }

    """
  }
  static let other = "struct declared { long content; };\nstruct declared declared;\n"

  struct Compiler: Sendable, CustomTestStringConvertible {
    let command: String
    let flags: [String]
    var post: [String] = []

    var testDescription: String { ([command] + flags + post).joined(separator: " ") }
  }

  static let compilers: [Compiler] = [
    .init(command: "clang", flags: ["-gdwarf-5"]), .init(command: "clang", flags: ["-gdwarf-4"]),
    .init(command: "clang", flags: ["-gdwarf-3"]), .init(command: "clang", flags: ["-gdwarf-2"]),
    .init(command: "clang", flags: ["-gdwarf-5", "-fdebug-types-section"]),
    .init(command: "clang", flags: ["-gdwarf-4", "-fdebug-types-section"]),
    .init(command: "clang", flags: ["-gdwarf-5", "-gz"]),
    .init(command: "clang", flags: ["-gdwarf-5", "--target=s390x-linux-gnu"]),
    .init(command: "clang", flags: ["-gdwarf-2", "--target=s390x-linux-gnu"]),
    .init(command: "gcc", flags: ["-gdwarf-5"]), .init(command: "gcc", flags: ["-gdwarf-4"]),
    .init(command: "gcc", flags: ["-gdwarf-2", "-gstrict-dwarf"]),
    .init(command: "gcc", flags: ["-gdwarf-5", "-fdebug-types-section"]),
    .init(command: "gcc", flags: ["-gdwarf-4", "-fdebug-types-section"]),
    // dwz moves what units share into partial units that they import.
    .init(command: "gcc", flags: ["-gdwarf-4"], post: ["dwz"]),
    .init(command: "gcc", flags: ["-gdwarf-5"], post: ["dwz"]),
  ]

  private func compile(_ compiler: Compiler) throws -> String {
    let file = try TemporaryFile.write(Array((Self.source + "\n").utf8), name: "types.h")
    let directory = URL(fileURLWithPath: file).deletingLastPathComponent()
    // Two units use the types, so that there is something to share; one has what they only declare.
    for (name, text) in [("a.c", unit(1)), ("b.c", unit(2)), ("c.c", Self.other)] {
      try text.write(to: directory.appendingPathComponent(name), atomically: true, encoding: .utf8)
    }
    try Command.run(
      compiler.command,
      compiler.flags + ["-O0", "-ffreestanding", "-fms-extensions", "-w", "-c", "a.c", "b.c", "c.c"],
      in: directory.path)
    try Command.run(
      "ld.lld", ["-static", "-e", "0", "-o", "out", "a.o", "b.o", "c.o"], in: directory.path)
    for tool in compiler.post { try Command.run(tool, ["out"], in: directory.path) }
    return directory.appendingPathComponent("out").path
  }

  @Test(arguments: compilers)
  func types(_ compiler: Compiler) throws {
    let path = try compile(compiler)
    let types = TypeGraph(try DWARFReader(path: path, near: []))
    let s = try #require(try types.composite(named: "s"))
    func member(_ name: String) throws -> TypeGraph.FoundMember {
      try #require(try types.member(name, of: s), "\(name)")
    }
    func spelling(_ name: String) throws -> String { try types.spelling(of: member(name).type) }
    #expect(try types.byteSize(of: s) == 96)
    #expect(try spelling("name").contains("unsigned char *"))
    #expect(try spelling("port") == "__be16")
    #expect(try spelling("truth") == "_Bool")
    #expect(try spelling("grid") == "int[2][3]")
    #expect(try types.byteSize(of: member("grid").type) == 24)
    #expect(try spelling("kind") == "enum e")
    #expect(try spelling("inner") == "struct inner *")
    #expect(try spelling("value") == "union u")
    #expect(try spelling("call") == "void (*)()")
    #expect(try member("port").byteOffset == 8)
    #expect(try member("a").bitOffset == 80 && member("a").bitSize == 3)
    #expect(try member("b").bitOffset == 83 && member("b").bitSize == 5)
    #expect(try member("truth").byteOffset == 11)
    #expect(try member("low").byteOffset == 16 && member("high").byteOffset == 20)
    #expect(try member("value").byteOffset == 24)
    #expect(try member("inner").byteOffset == 32)
    #expect(try member("declared").byteOffset == 40)
    #expect(try member("grid").byteOffset == 48)
    #expect(try member("kind").byteOffset == 72)
    #expect(try member("call").byteOffset == 80)
    // 12 bits without a name come first, on either byte order.
    #expect(try member("wide").bitOffset == 88 * 8 + 12 && member("wide").bitSize == 40)
    // 12 and 40 bits behind byte 88 end before byte 95.
    #expect(try member("tail").byteOffset == 95)
    #expect(
      try types.enumerators(of: "e")
        == [
          .init(name: "A", value: 7), .init(name: "B", value: -2), .init(name: "C", value: 1 << 20),
          .init(name: "D", value: 200), .init(name: "E", value: 50000),
        ])
    // What is only declared in this unit is whole in another one.
    let target = try #require(try types.pointee(member("declared").type))
    guard case .composite(let declared) = try types.strippedNode(target) else {
      Issue.record("declared is not completed")
      return
    }
    #expect(declared.members.map(\.name) == ["content"])
    #expect(try types.composite(s)?.declaredIn?.hasSuffix("types.h") == true)
  }

  @Test func noDWARF() throws {
    let path = try TemporaryFile.write(ElfWriter.kernel().write().bytes)
    let error = #expect(throws: TypeError.self) { _ = try DWARFReader(path: path, near: []) }
    #expect(error?.description.hasPrefix("\(path): DWARF: ") == true)
    let missing = #expect(throws: TypeError.self) { _ = try DWARFReader(path: "\(path).none", near: []) }
    #expect(missing?.description == "\(path).none: DWARF: No such file or directory")
  }

  /// Cut off in the middle, or with bytes turned: an error, or fewer types, never a trap.
  @Test func damaged() throws {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: compile(Self.compilers[0]))))
    var generator = Generator(seed: 2)
    for _ in 0..<150 {
      var damaged = bytes
      for _ in 0..<20 {
        damaged[Int.random(in: 64..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      let path = try TemporaryFile.write(damaged)
      guard let source = try? DWARFReader(path: path, near: [0x1000]) else { continue }
      let types = TypeGraph(source)
      for name in ["s", "inner", "u", "declared"] {
        guard let type = try? types.composite(named: name) else { continue }
        _ = try? MemberResolution(types: types).members(of: type, at: 0..<64)
        _ = try? types.member("low", of: type)
      }
    }
  }
}
