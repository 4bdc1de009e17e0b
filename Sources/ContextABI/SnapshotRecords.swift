import ByteReading

/// A snapshot as its file has it: names and texts that are not yet put together.
struct SnapshotRecord: Decodable {
  let provenance: ProvenanceRecord
  let byteOrder: String
  let programs: [ProgramRecord]
  let groups: [String: [String]]
  let contexts: [ContextRecord]
  let coverage: [CoverageRecord]
  let kernel: KernelRecord
  let conversions: [String: [ConversionsRecord]]
  /// A running kernel's snapshot has none.
  let interface: InterfaceRecord?
}

struct ProvenanceRecord: Decodable {
  let release: String
  let architecture: String
  let buildID: String?
  let compiler: String?
  let version: String?
  let types: String
  let tool: String
  let declarations: [String: String]?
  let configurationDigest: String?
  let configuration: [String: String]?
}

struct ProgramRecord: Decodable {
  let name: String
  let type: String
  let typeNumber: Int
  let attachType: String?
  let context: String
  let kernelContext: String
  let takesModifiedPointers: Bool?
}

struct ContextRecord: Decodable {
  let name: String
  let size: Int
  let alignment: Int
  let members: [LayoutMemberRecord]
  let rules: [RuleRecord]
}

struct LayoutMemberRecord: Decodable {
  let name: String
  let offset: Int?
  let size: Int?
  let bitOffset: Int?
  let bitSize: Int?
  let type: String
  let encoding: String
}

struct RuleRecord: Decodable {
  let field: String
  let offset: Int
  let size: Int
  let parts: PartsRecord?
  let access: [String]
  let register: String?
  let privileged: Bool?
  let meaning: String
  let deviations: [String: String]?
  let immediates: [String: String]?
  let programs: String
}

/// `"aligned"`, or a list of `"offset:size"`.
enum PartsRecord: Decodable {
  case aligned
  case listed([String])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let list = try? container.decode([String].self) {
      self = .listed(list)
      return
    }
    guard try container.decode(String.self) == "aligned" else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "parts are \"aligned\" or a list")
    }
    self = .aligned
  }
}

struct CoverageRecord: Decodable {
  let kind: String
  let reason: String
  let accesses: [String]?
  let programs: [String]
}

struct KernelRecord: Decodable {
  let members: [String: [NamedMemberRecord]]
  let structures: [String: [StructureMemberRecord]]
  let numbers: [String: UInt64]
}

struct NamedMemberRecord: Decodable {
  let path: String
  let bits: Int
  let pointer: String
  let structure: String?
  let member: String?
  let at: Int
  let type: String?
}

/// `[name, bits, type]`, or `[name, bits, type, first member of the union, bits from its start]`.
struct StructureMemberRecord: Decodable {
  let member: StructureMember

  init(from decoder: any Decoder) throws {
    var container = try decoder.unkeyedContainer()
    let name = try container.decode(String.self)
    let bits = try container.decode(Int.self)
    let type = try container.decode(String.self)
    var overlap: StructureMember.Overlap?
    if !container.isAtEnd {
      overlap = StructureMember.Overlap(
        group: try container.decode(String.self), bitOffset: try container.decode(Int.self))
    }
    member = StructureMember(name: name, bitSize: bits, type: type, overlap: overlap)
  }
}

/// A code, or a list of codes with the programs that have them.
enum ConversionsRecord: Decodable {
  case one(String)
  case several([Entry])

  struct Entry: Decodable {
    let code: String
    let programs: String
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let code = try? container.decode(String.self) {
      self = .one(code)
    } else {
      self = .several(try container.decode([Entry].self))
    }
  }
}

extension ConversionsRecord {
  /// - Parameter programs: those of the rule.
  fileprivate func records(_ programs: [String], _ groups: NamedGroups) throws(RecordError) -> [ConversionRecord] {
    switch self {
    case .one(let code): return [ConversionRecord(programs: programs, code: code)]
    case .several(let entries):
      var result: [ConversionRecord] = []
      for entry in entries { result.append(ConversionRecord(programs: try groups.programs(entry.programs), code: entry.code)) }
      return result
    }
  }
}

/// Something in a snapshot's file that contradicts the format.
struct RecordError: Error, CustomStringConvertible {
  let description: String
}

extension SnapshotRecord {
  /// The snapshot that the file holds.
  func snapshot() throws(RecordError) -> Snapshot {
    guard let order = ByteOrder(rawValue: byteOrder) else {
      throw RecordError(description: "byteOrder is \"\(byteOrder)\"")
    }
    var contexts: [Context] = []
    let groups = NamedGroups(groups: groups, programs: Set(programs.map(\.name)))
    let kernelContexts = Dictionary(
      programs.map { ($0.name, $0.kernelContext) }, uniquingKeysWith: { first, _ in first })
    let widths = kernel.members.mapValues { members in
      Dictionary(members.map { ($0.path, $0.bits) }, uniquingKeysWith: { first, _ in first })
    }
    for context in self.contexts {
      guard (0...(1 << 20)).contains(context.size) else {
        throw RecordError(description: "\(context.name) is \(context.size) bytes long")
      }
      let codes = conversions[context.name] ?? []
      guard codes.count == context.rules.count else {
        throw RecordError(
          description: "\(context.name) has \(context.rules.count) rules and \(codes.count) conversions")
      }
      var rules: [AccessRule] = []
      for (rule, code) in zip(context.rules, codes) {
        let programs = try groups.programs(rule.programs)
        let known = programs.first.flatMap { kernelContexts[$0] }.flatMap { widths[$0] } ?? [:]
        rules.append(try rule.rule(code, of: context.name, programs, groups) { known[$0] })
      }
      contexts.append(
        Context(
          name: context.name,
          layout: Layout(
            size: context.size, alignment: context.alignment,
            members: try context.members.map { record throws(RecordError) in try record.member() }),
          rules: rules))
    }
    var snapshot = Snapshot(
      provenance: provenance.provenance, byteOrder: order,
      programs: programs.map(\.program),
      contexts: contexts, coverage: try coverage.map { record throws(RecordError) in try record.item() },
      kernel: kernel.side)
    snapshot.interface = try interface.map { record throws(RecordError) in try record.interface() }
    return snapshot
  }
}

extension ProgramRecord {
  var program: Program {
    var program = Program(
      name: name, type: type, typeNumber: typeNumber, attachType: attachType, context: context, kernelContext: kernelContext)
    program.takesModifiedPointers = takesModifiedPointers
    return program
  }
}

extension ProvenanceRecord {
  var provenance: Provenance {
    var result = Provenance(
      release: release, architecture: architecture, buildID: buildID, compiler: compiler,
      types: types, tool: tool,
      configuration: configurationDigest.map {
        ConfigurationRecord(
          digest: $0.hasPrefix("sha256:") ? String($0.dropFirst(7)) : $0, options: configuration ?? [:])
      })
    result.version = version
    result.declarations = declarations ?? [:]
    return result
  }
}

extension LayoutMemberRecord {
  /// No context is near a megabyte long.
  private static let bitLimit = 8 << 20

  fileprivate func member() throws(RecordError) -> LayoutMember {
    let start = bitOffset ?? offset.map { $0 &* 8 }
    let width = bitSize ?? size.map { $0 &* 8 }
    guard let start, let width, (0...Self.bitLimit).contains(start), (0...Self.bitLimit).contains(width) else {
      throw RecordError(description: "the member \(name) has no place or size, or none that a structure can have")
    }
    return LayoutMember(name: name, bitOffset: start, bitSize: width, type: type, encoding: encoding)
  }
}

extension RuleRecord {
  fileprivate func rule(
    _ conversions: ConversionsRecord, of context: String, _ programs: [String], _ groups: NamedGroups,
    _ width: @escaping (String) -> Int?
  ) throws(RecordError) -> AccessRule {
    let place = "\(context), \(field) at \(offset)"
    var kinds: [AccessKind] = []
    for name in access {
      guard let kind = AccessKind(rawValue: name) else {
        throw RecordError(description: "\(place): an access of kind \"\(name)\"")
      }
      kinds.append(kind)
    }
    guard !kinds.isEmpty, !programs.isEmpty, (0..<(1 << 20)).contains(offset),
      (1...(1 << 20)).contains(size)
    else { throw RecordError(description: "\(place): a rule without accesses or programs") }
    func read(_ text: String) throws(RecordError) -> Meaning {
      do { return try Meaning(text: text, width: width) } catch {
        throw RecordError(description: "\(place): \(error)")
      }
    }
    var deviations: [RegisterDeviation] = []
    for (name, text) in self.deviations ?? [:] {
      guard let registers = AccessRegisters(rawValue: name) else {
        throw RecordError(description: "\(place): registers \"\(name)\"")
      }
      deviations.append(RegisterDeviation(registers: registers, meaning: try read(text)))
    }
    var immediates: [ImmediateMeaning] = []
    for (name, text) in self.immediates ?? [:] {
      guard let immediate = Int32(name) else {
        throw RecordError(description: "\(place): an immediate \"\(name)\"")
      }
      immediates.append(ImmediateMeaning(immediate: immediate, meaning: try read(text)))
    }
    let codes = try conversions.records(programs, groups)
    let unsaidRegisterType = kinds[0].isWrite ? "" : AccessRule.usualRegisterType
    return AccessRule(
      field: field, offset: offset, size: size, parts: try partsValue(place), kinds: kinds,
      registerType: register ?? unsaidRegisterType, needsPrivilege: privileged ?? false, programs: programs,
      meaning: try read(meaning),
      deviations: deviations.sorted { $0.registers < $1.registers },
      immediates: immediates.sorted(by: ImmediateMeaning.inOrder), conversions: codes)
  }

  private func partsValue(_ place: String) throws(RecordError) -> AccessRule.Parts {
    switch parts {
    case nil: return .whole
    case .aligned: return .aligned
    case .listed(let texts):
      var result: [AccessRule.Part] = []
      for text in texts {
        let numbers = text.split(separator: ":").map { Int($0) }
        guard numbers.count == 2, let start = numbers[0], let size = numbers[1],
          (0..<(1 << 20)).contains(start), [1, 2, 4, 8].contains(size)
        else { throw RecordError(description: "\(place): a part \"\(text)\"") }
        result.append(AccessRule.Part(offset: start, size: size))
      }
      return .listed(result)
    }
  }
}

extension CoverageRecord {
  fileprivate func item() throws(RecordError) -> CoverageItem {
    guard let kind = CoverageItem.Kind(rawValue: kind) else {
      throw RecordError(description: "a coverage item of kind \"\(self.kind)\"")
    }
    return CoverageItem(kind: kind, programs: programs, accesses: accesses ?? [], reason: reason)
  }
}

extension KernelRecord {
  fileprivate var side: KernelSide {
    KernelSide(
      members: members.mapValues { records in
        records.map {
          NamedMember(
            path: $0.path, width: $0.bits, pointer: $0.pointer, structure: $0.structure,
            name: $0.member, bitOffset: $0.at, type: $0.type)
        }
      },
      structures: structures.mapValues { $0.map(\.member) }, numbers: numbers)
  }
}
