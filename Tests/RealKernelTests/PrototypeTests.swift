import ContextABI
import Extraction
import Foundation
import TestSupport
import Testing

/// Prototypes by a second way: symbols by nm, the structure's layout by pahole, enumerations by bpftool, and the bytes of the
/// file where readelf says that they are.
@Suite struct PrototypeTests {
  @Test(arguments: TestKernel.all.filter { $0.helperOracle != nil })
  func everyPrototype(_ kernel: TestKernel) throws {
    let image = try ConstantData(kernel.path)
    let interface = try #require(try TestBuild.open(kernel.path).interface()).interface
    var compared = 0
    for helper in interface.helpers {
      let prototypes = Set(helper.grants.compactMap(\.prototype))
      // Of a helper with several prototypes the one of this name is among them.
      guard let addresses = image.symbols["\(helper.name)_proto"], !prototypes.isEmpty else { continue }
      // Beside the static one of kernel/trace/bpf_trace.c an empty one may stand (kernel/bpf/core.c, __weak).
      let wanted = try addresses.map(image.prototype)
      let found = prototypes.map { prototype in
        let types = ([prototype.result] + prototype.arguments).map { image.value(of: $0.type) }
        return types + [prototype.flags.contains("gpl_only") ? 1 : 0]
      }
      #expect(!Set(found).isDisjoint(with: wanted), "\(helper.name): \(found), not \(wanted)")
      compared += 1
    }
    #expect(compared > 120)
    print("\(kernel): \(compared) prototypes compared")
  }
}

/// The constant data of a vmlinux, as other tools find them.
private struct ConstantData {
  let symbols: [String: [UInt64]]
  private let file: FileHandle
  private let segments: [(offset: UInt64, address: UInt64, size: UInt64)]
  private let offsets: [String: Int]
  private let enumerators: [String: UInt32]

  init(_ path: String) throws {
    file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    var symbols: [String: [UInt64]] = [:]
    for line in try Command.run("nm", [path]).split(separator: "\n") where line.hasSuffix("_proto") {
      let words = line.split(separator: " ")
      if words.count == 3, let address = UInt64(words[0], radix: 16) { symbols[String(words[2]), default: []].append(address) }
    }
    self.symbols = symbols
    segments = try Command.run("readelf", ["-lW", path]).split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      guard words.first == "LOAD" else { return nil }
      let numbers = words[1...4].map { UInt64($0.dropFirst(2), radix: 16) ?? 0 }
      return (numbers[0], numbers[1], numbers[3])
    }
    offsets = Self.offsets(try Command.run("pahole", ["-F", "btf", "-C", "bpf_func_proto", path]))
    enumerators = Self.enumerators(try Command.run("bpftool", ["btf", "dump", "file", path, "format", "c"]))
  }

  /// `enum bpf_arg_type arg1_type; /* 16 4 */`
  private static func offsets(_ text: String) -> [String: Int] {
    var result: [String: Int] = [:]
    for line in text.split(separator: "\n") {
      guard let match = line.firstMatch(of: /(\w+);\s+\/\*\s+(\d+)\s+\d+ \*\//), let offset = Int(match.2) else { continue }
      result[String(match.1)] = offset
    }
    return result
  }

  private static func enumerators(_ text: String) -> [String: UInt32] {
    var result: [String: UInt32] = [:]
    for match in text.matches(of: /\t((?:ARG|RET|MEM|PTR|OBJ|DYNPTR|NON|__BPF)_\w+) = (\d+),/) {
      if let value = UInt32(match.2) { result[String(match.1)] = value }
    }
    return result
  }

  /// The value of `ARG_PTR_TO_MEM | MEM_RDONLY`.
  func value(of type: String) -> UInt32 {
    type.split(separator: " ").filter { $0 != "|" }.reduce(0) { $0 | (enumerators[String($1)] ?? .max) }
  }

  /// The type that is returned, those of the arguments, and whether it is for programs under the GPL.
  func prototype(at address: UInt64) throws -> [UInt32] {
    var result = [try word(at: address, "ret_type")]
    for number in 1...5 {
      let type = try word(at: address, "arg\(number)_type")
      if type == 0 { break }
      result.append(type)
    }
    return result + [try bytes(at: address, "gpl_only", 1)[0] == 0 ? 0 : 1]
  }

  private func word(at address: UInt64, _ member: String) throws -> UInt32 {
    try bytes(at: address, member, 4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  private func bytes(at address: UInt64, _ member: String, _ count: Int) throws -> [UInt8] {
    let place = address + UInt64(try #require(offsets[member]))
    let segment = try #require(segments.first { $0.address <= place && place < $0.address + $0.size })
    try file.seek(toOffset: segment.offset + (place - segment.address))
    return Array(try #require(try file.read(upToCount: count)))
  }
}
