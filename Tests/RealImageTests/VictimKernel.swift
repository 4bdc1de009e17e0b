import ByteReading
import Decompression
import Foundation
import KernelImage
import TestSupport

/// What is done to an image.
enum Damage: String, CaseIterable, Sendable {
  /// Every callback begins with `jmp .`, or with a loop of `push`.
  case jump, push
  /// Bytes of callbacks, of types, of the table of symbols, of headers are overwritten.
  case callbacks, types, symbols, headers
  /// Bytes of the file that is booted are overwritten.
  case payload
  case cut, cutPayload
}

/// A kernel of x86-64 whose image is damaged.
struct VictimKernel: Sendable {
  private let packed: [UInt8]
  private let unpacked: [UInt8]
  /// Where in the unpacked file each of the verifier's callbacks starts.
  let callbacks: [Int]
  private let types: Range<Int>
  private let symbols: Range<Int>
  private let headers: [Range<Int>]

  /// - Parameter path: of a vmlinuz.
  init(_ path: String) throws {
    packed = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    let unpacked = try Self.unpack(packed, path)
    self.unpacked = unpacked
    let image = try KernelImage.open(try TemporaryFile.write(unpacked), debugDirectories: [])
    let file = ByteView(copying: unpacked, place: BytePlace(file: path, part: nil))
    // The ELF header, the program headers and those of sections (elf(5)).
    let programs = Int(try file.integer(at: 32, .little) as UInt64)
    let programCount = Int(try file.integer(at: 56, .little) as UInt16)
    let sections = Int(try file.integer(at: 40, .little) as UInt64)
    let sectionCount = Int(try file.integer(at: 60, .little) as UInt16)
    headers = [0..<64, programs..<programs + 56 * programCount, sections..<sections + 64 * sectionCount]
    var segments: [(address: UInt64, offset: Int, count: Int)] = []
    for index in 0..<programCount where try file.integer(at: programs + 56 * index, .little) as UInt32 == 1 {
      segments.append(
        (
          try file.integer(at: programs + 56 * index + 16, .little),
          Int(try file.integer(at: programs + 56 * index + 8, .little) as UInt64),
          Int(try file.integer(at: programs + 56 * index + 32, .little) as UInt64)
        ))
    }
    func offset(_ address: UInt64) -> Int? {
      segments.first { address >= $0.address && address - $0.address < UInt64($0.count) }
        .map { $0.offset + Int(address - $0.address) }
    }
    let endings = ["is_valid_access", "convert_ctx_access", "func_proto", "gen_prologue", "gen_ld_abs"]
    var found: [Int] = []
    image.symbols.forEach { name, address in
      if endings.contains(where: name.hasSuffix), let place = offset(address) { found.append(place) }
    }
    callbacks = found.sorted()
    guard let btf = image.btf, let start = file.firstIndex(of: Array(btf.copy().prefix(64))),
      // The table of tokens, where a digit's token is the digit (scripts/kallsyms.c), stands behind the names.
      let tokens = file.firstIndex(of: (UInt8(0x30)...0x39).flatMap { [$0, 0] }), !found.isEmpty
    else { throw CommandFailure(command: path, output: "has no types, symbols or callbacks") }
    types = start..<start + btf.count
    symbols = max(0, tokens - 1_500_000)..<min(unpacked.count, tokens + 400_000)
  }

  private static func unpack(_ bytes: [UInt8], _ path: String) throws -> [UInt8] {
    let file = ByteView(copying: bytes, place: BytePlace(file: path, part: nil))
    for compression in [Compression.zstd, .xz, .lz4Legacy] {
      var start = 0
      while let found = file.firstIndex(of: compression.magic, from: start) {
        let rest = try file.slice(at: found, length: file.count - found)
        if let whole = try? compression.expand(rest, limit: 1 << 28).bytes.copy(), whole.starts(with: [0x7f, 0x45, 0x4c, 0x46]) {
          return whole
        }
        start = found + 1
      }
    }
    throw CommandFailure(command: path, output: "holds no compressed kernel")
  }

  func damaged(_ damage: Damage, _ generator: inout Generator) -> [UInt8] {
    var bytes = damage == .payload || damage == .cutPayload ? packed : unpacked
    func overwrite(_ counts: [Int], _ place: (inout Generator) -> Int?) {
      for _ in 0..<(counts.randomElement(using: &generator) ?? 1) {
        guard let place = place(&generator), bytes.indices.contains(place) else { continue }
        bytes[place] = UInt8.random(in: 0...255, using: &generator)
      }
    }
    switch damage {
    case .jump: for place in callbacks { bytes.replaceSubrange(place..<place + 2, with: [0xeb, 0xfe]) }
    case .push: for place in callbacks { bytes.replaceSubrange(place..<place + 3, with: [0x50, 0xeb, 0xfd]) }
    case .callbacks:
      overwrite([10, 100, 400, 2000]) { generator in
        callbacks.randomElement(using: &generator).map { $0 + Int.random(in: 0..<256, using: &generator) }
      }
    case .types:
      // The header holds what the rest is found by.
      overwrite([1, 10, 100, 1000]) { generator in
        let isInHeader = Int.random(in: 0..<100, using: &generator) == 0
        return (isInHeader ? types.prefix(24) : types).randomElement(using: &generator)
      }
    case .symbols: overwrite([1, 10, 100, 1000]) { symbols.randomElement(using: &$0) }
    case .headers: overwrite([1, 3, 10]) { headers.randomElement(using: &$0)?.randomElement(using: &$0) }
    case .payload: overwrite([1, 10, 100]) { Int.random(in: 0..<packed.count, using: &$0) }
    case .cut, .cutPayload: bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator))
    }
    return bytes
  }
}
