import ContextABI
import TestSupport
import Testing

/// The layouts of all contexts, against those that pahole and bpftool find in the kernel's BTF.
@Suite struct LayoutTests {
  /// A member, or the members of an inner structure together: name, and bits from where to where.
  struct Extent: Hashable, CustomStringConvertible {
    let name: String
    let start: Int
    let end: Int

    var description: String { "\(name) \(start)..<\(end)" }
  }

  private func extents(_ layout: Layout) -> Set<Extent> {
    var result: [String: Extent] = [:]
    for member in layout.members {
      let name = String(member.name.prefix { $0 != "." })
      let start = min(result[name]?.start ?? .max, member.bitOffset)
      // Where an inner structure ends its members do not say: it may end with padding.
      let isInner = name.count < member.name.count
      result[name] = Extent(
        name: name, start: start, end: isInner ? start : member.bitOffset + member.bitSize)
    }
    return Set(result.values)
  }

  @Test(arguments: TestKernel.all)
  func pahole(_ kernel: TestKernel) throws {
    for context in try TestBuild.snapshot(kernel.path).contexts where context.layout.size > 0 {
      var text = try Command.run("pahole", ["-F", "btf", "-C", context.name, kernel.path])
      // `typedef struct pt_regs bpf_user_pt_regs_t;`
      if text.hasPrefix("typedef"), let target = text.split(separator: " ").dropLast().last {
        text = try Command.run("pahole", ["-F", "btf", "-C", String(target), kernel.path])
      }
      let wanted = extents(context.layout)
      let inner = Set(wanted.filter { $0.start == $0.end }.map(\.name))
      var found: Set<Extent> = []
      for line in text.split(separator: "\n") {
        guard let extent = Self.member(line) else { continue }
        found.insert(
          inner.contains(extent.name)
            ? Extent(name: extent.name, start: extent.start, end: extent.start) : extent)
      }
      #expect(text.contains("/* size: \(context.layout.size), "), "\(context.name)")
      #expect(found == wanted, "\(context.name)")
    }
  }

  /// `	__u32                      cb[5];                /*    48    20 */`; a bit-field's offset is `48: 3`.
  private static func member(_ line: Substring) -> Extent? {
    guard let comment = line.firstRange(of: "/*"), let end = line.firstRange(of: "*/"),
      let semicolon = line.firstIndex(of: ";"), semicolon < comment.lowerBound
    else { return nil }
    let declarator = line[..<semicolon].prefix { $0 != "[" && $0 != ":" }
    let name = declarator.reversed().prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    let isBitField = line[..<semicolon].contains(":")
    let numbers = line[comment.upperBound..<end.lowerBound].split { $0 == " " || $0 == ":" }
      .compactMap { Int($0) }
    // What has no name of its own: `};`, or `__u64 :64;`, whose last word is its type.
    guard !name.isEmpty, !line.contains("}"), !line[..<semicolon].contains(" :"),
      numbers.count == (isBitField ? 3 : 2)
    else { return nil }
    let start = numbers[0] * 8 + (isBitField ? numbers[1] : 0)
    return Extent(
      name: String(name.reversed()), start: start,
      end: start + (isBitField ? numbers[2] : numbers[1] * 8))
  }

  @Test(arguments: TestKernel.all)
  func bpftool(_ kernel: TestKernel) throws {
    let dump = BTFDump(try Command.run("bpftool", ["btf", "dump", "file", kernel.path, "format", "raw"]))
    for context in try TestBuild.snapshot(kernel.path).contexts where context.layout.size > 0 {
      let structure = try #require(dump.structure(context.name), "\(context.name)")
      #expect(structure.size == context.layout.size, "\(context.name)")
      let starts = Dictionary(
        extents(context.layout).map { ($0.name, $0.start) }, uniquingKeysWith: { first, _ in first })
      #expect(dump.starts(of: structure) == starts, "\(context.name)")
    }
  }
}

/// What `bpftool btf dump … format raw` writes of structures and unions.
struct BTFDump {
  struct Structure {
    let size: Int
    var members: [(name: String, type: Int, start: Int)] = []
  }

  private var byNumber: [Int: Structure] = [:]
  private var structures: [String: Structure] = [:]
  /// What typedefs are of, by name and by number.
  private var targets: [String: Int] = [:]
  private var targetsByNumber: [Int: Int] = [:]

  /// `[12] STRUCT 'xdp_md' size=24 vlen=6`, then a line `	'data' type_id=7 bits_offset=0` for each member.
  init(_ text: String) {
    var current: (number: Int, name: Substring, Structure)?
    func value(_ key: String, _ words: [Substring]) -> Int? {
      words.first { $0.hasPrefix(key) }.flatMap { Int($0.dropFirst(key.count)) }
    }
    var finished: [(Int, Substring, Structure)] = []
    for line in text.split(separator: "\n") {
      let words = line.split { $0 == " " || $0 == "\t" }
      if line.hasPrefix("[") {
        if let current { finished.append(current) }
        current = nil
        if words.count > 3, words[1] == "TYPEDEF", let type = value("type_id=", words),
          let number = Int(words[0].dropFirst().dropLast())
        {
          targets[String(words[2].dropFirst().dropLast())] = type
          targetsByNumber[number] = type
        }
        guard words.count > 3, words[1] == "STRUCT" || words[1] == "UNION",
          let number = Int(words[0].dropFirst().dropLast()), let size = value("size=", words)
        else { continue }
        current = (number, words[2].dropFirst().dropLast(), Structure(size: size))
      } else if let type = value("type_id=", words), let start = value("bits_offset=", words) {
        current?.2.members.append((String(words[0].dropFirst().dropLast()), type, start))
      }
    }
    if let current { finished.append(current) }
    for (number, name, structure) in finished {
      byNumber[number] = structure
      if name != "(anon)", structures[String(name)] == nil { structures[String(name)] = structure }
    }
  }

  /// The structure of this name, or of the typedef of this name.
  func structure(_ name: String) -> Structure? {
    if let known = structures[name] { return known }
    var number = targets[name]
    while let current = number, byNumber[current] == nil { number = targetsByNumber[current] }
    return number.flatMap { byNumber[$0] }
  }

  /// Where each member starts, those of anonymous structures and unions included.
  func starts(of structure: Structure) -> [String: Int] {
    var result: [String: Int] = [:]
    for member in structure.members {
      if member.name != "(anon)" {
        result[member.name] = member.start
      } else if let inner = byNumber[member.type] {
        for (name, start) in starts(of: inner) { result[name] = member.start + start }
      }
    }
    return result
  }
}
