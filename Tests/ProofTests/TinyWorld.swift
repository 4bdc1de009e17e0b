import ByteReading
import ContextABI

@testable import Comparison

/// Kernel members for tests, by hand: plain ones, a chain of pointers, two pointers to one structure, a union, and one that
/// only the new build has.
enum TinyWorld {
  /// Path, width in bits, the pointer that it is reached through.
  static let members: [(path: String, width: Int, pointer: String)] = [
    ("ctx->flag", 1, "ctx"), ("ctx->byte", 8, "ctx"), ("ctx->half", 16, "ctx"), ("ctx->word", 32, "ctx"),
    ("ctx->wide", 64, "ctx"), ("ctx->other", 64, "ctx"), ("ctx->dev", 64, "ctx"), ("ctx->dev->index", 32, "ctx->dev"),
    ("ctx->dev->net", 64, "ctx->dev"), ("ctx->dev->net->id", 16, "ctx->dev->net"), ("ctx->dev->up", 1, "ctx->dev"),
    ("ctx->peer", 64, "ctx"),
    ("ctx->peer->index", 32, "ctx->peer"), ("ctx->pair", 32, "ctx"), ("ctx->upper", 8, "ctx"),
  ]
  static let newMembers: [(path: String, width: Int, pointer: String)] = [
    ("ctx->locked", 1, "ctx"), ("ctx->added", 64, "ctx"), ("ctx->link", 64, "ctx"), ("ctx->link->index", 32, "ctx->link"),
  ]

  private static let structures = ["ctx": "context", "ctx->dev": "device", "ctx->peer": "device", "ctx->dev->net": "net"]

  static let pointers: [String: [String]] = [
    "ctx->dev->index": ["ctx->dev"], "ctx->dev->up": ["ctx->dev"], "ctx->dev->net": ["ctx->dev"],
    "ctx->dev->net->id": ["ctx->dev->net", "ctx->dev"],
    "ctx->peer->index": ["ctx->peer"], "ctx->link->index": ["ctx->link"],
  ]

  /// `upper` is the bits from 8 on of `pair`.
  private static func overlap(_ path: String) -> StructureMember.Overlap? {
    switch path {
    case "ctx->pair": .init(group: "pair", bitOffset: 0)
    case "ctx->upper": .init(group: "pair", bitOffset: 8)
    default: nil
    }
  }

  private static func snapshot(_ members: [(path: String, width: Int, pointer: String)]) -> Snapshot {
    var listed: [String: [StructureMember]] = [:]
    let named = members.map { member -> NamedMember in
      let structure = structures[member.pointer] ?? "device"
      let name = String(member.path.dropFirst(member.pointer.count + 2))
      if !(listed[structure] ?? []).contains(where: { $0.name == name }) {
        listed[structure, default: []].append(
          StructureMember(name: name, bitSize: member.width, type: "type", overlap: overlap(member.path)))
      }
      return NamedMember(
        path: member.path, width: member.width, pointer: member.pointer, structure: structure, name: name,
        bitOffset: 0, type: isPointer(member.path) ? "struct device *" : "type")
    }
    return Snapshot(
      provenance: Provenance(
        release: "0", architecture: "x86_64", buildID: nil, compiler: nil, types: "BTF", tool: "", configuration: nil),
      byteOrder: .little, programs: [], contexts: [], coverage: [],
      kernel: KernelSide(members: ["context": named], structures: listed, numbers: [:]))
  }

  static let world = MemberWorld(
    old: snapshot(members), "context", new: snapshot(members + newMembers), "context")

  static func width(_ path: String) -> Int? { (members + newMembers).first { $0.path == path }?.width }

  static func meaning(_ text: String) throws -> Meaning { try Meaning(text: text, width: width) }

  static func isPointer(_ path: String) -> Bool {
    ["ctx->dev", "ctx->peer", "ctx->dev->net", "ctx->link"].contains(path)
  }

  static func search(_ old: String, _ new: String) throws -> WitnessSearch {
    WitnessSearch(try meaning(old), try meaning(new), in: world)
  }

  /// A second environment, apart from the one that the comparison has.
  struct Environment: MeaningEnvironment {
    var members: [String: UInt64] = [:]
    var value: UInt64 = 0
    var registers: [Int: UInt64] = [:]

    /// What a member is for which nothing is said: a pointer that others are reached through is not null, the others are 0.
    var addresses: [String: UInt64] = [:]

    func usual(_ path: String) -> UInt64 { addresses[path] ?? 0 }

    func register(_ number: Int) -> UInt64 { registers[number] ?? 0xdead_beef_0bad_cafe &+ UInt64(number) }

    func value(of member: Expression.Member) -> UInt64? {
      for pointer in pointers[member.path] ?? [] where (members[pointer] ?? usual(pointer)) == 0 { return nil }
      return members[member.path] ?? usual(member.path)
    }

    /// Unsaid ones as usual.
    init(_ witness: Witness, _ pair: MeaningPair) {
      for (index, variable) in pair.variables.enumerated() where variable.isPointer {
        addresses[variable.name] = pair.address(index)
      }
      for value in witness.values {
        if value.name == "value" {
          self.value = value.value
        } else if value.name.hasPrefix("r"), let number = Int(value.name.dropFirst()) {
          registers[number] = value.value
        } else {
          members[value.name] = value.value
        }
      }
      if let pair = members["ctx->pair"] {
        members["ctx->upper"] = pair >> 8 & 0xff
      } else if let upper = members["ctx->upper"] {
        members["ctx->pair"] = upper << 8
      }
    }
  }
}
