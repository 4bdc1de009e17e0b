import TypeGraph

/// A CO-RE relocation of a context structure: a question whose answer differs from build to build
/// (`struct bpf_core_relo`, include/uapi/linux/bpf.h), in names instead of type ids.
public struct CoreRelocation: Hashable, Sendable {
  /// `enum bpf_core_relo_kind`.
  public enum Kind: UInt32, Hashable, Sendable {
    case byteOffset, byteSize, exists, isSigned, leftShift, rightShift
    case localType, targetType, typeExists, typeSize, enumeratorExists, enumeratorValue, typeMatches
  }

  /// A step from a structure to what is in it. Anonymous structures and unions are passed through.
  public enum Step: Hashable, Sendable {
    case member(String)
    case element(Int)
  }

  /// What is at the end of the steps, as far as libbpf compares it (`bpf_core_fields_are_compat`).
  public enum Shape: String, Hashable, Sendable {
    case integer = "int"
    case pointer = "ptr"
    case array, composite, other
  }

  public let kind: Kind
  /// The structure's name, without the flavour that three underscores begin (`bpf_core_essential_name_len`).
  public let type: String
  /// Which element of an array of these structures; nearly always 0.
  public let index: Int
  public let steps: [Step]
  public let shape: Shape
  /// The size of the member where the program was compiled, in bytes; nil for a bit-field, and where there is no member.
  public let size: Int?
  /// Whether a member of another size can be read in its place: integers without sign, and pointers.
  public let isResizable: Bool
  /// The answer where the program was compiled.
  public internal(set) var compiled: Int64

  public init(
    kind: Kind, type: String, index: Int, steps: [Step], shape: Shape, size: Int?, isResizable: Bool, compiled: Int64
  ) {
    self.kind = kind
    self.type = type
    self.index = index
    self.steps = steps
    self.shape = shape
    self.size = size
    self.isResizable = isResizable
    self.compiled = compiled
  }

  /// Leaves the question alone: what the compiler put does not matter to the answer.
  public mutating func forgetCompiled() { compiled = 0 }

  /// No array of a context has as many elements.
  static let elementLimit = 1 << 20

  /// `cb[2]`
  public var path: String {
    var text = ""
    for step in steps {
      switch step {
      case .member(let name): text += text.isEmpty ? name : ".\(name)"
      case .element(let index): text += "[\(index)]"
      }
    }
    return text
  }

  /// Whether a name can be one in C (`btf_name_valid_identifier`, kernel/bpf/btf.c).
  static func isIdentifier(_ name: String) -> Bool {
    let isLetter = { (byte: UInt8) in byte == UInt8(ascii: "_") || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 }
    guard let first = name.utf8.first, isLetter(first) else { return false }
    return name.utf8.allSatisfy { isLetter($0) || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
  }

  /// The name before the first three underscores with something on both sides.
  static func essentialName(_ name: String) -> String {
    guard let flavour = name.dropFirst().firstRange(of: "___"), flavour.upperBound < name.endIndex else { return name }
    return String(name[..<flavour.lowerBound])
  }
}

extension CoreRelocation {
  /// The relocation that a record of an object stands for; nil where it is of no context structure.
  ///
  /// - Throws: where the record's steps lead nowhere (`bpf_core_parse_spec`, tools/lib/bpf/relo_core.c).
  init?(_ record: ExtendedTypes.CoreRecord, _ types: TypeGraph) throws(TypeError) {
    guard let kind = Kind(rawValue: record.kind), let root = try types.composite(record.type) else { return nil }
    let name = Self.essentialName(root.name)
    guard ProgramKind.structures.contains(name) else { return nil }
    switch kind {
    case .localType, .targetType, .enumeratorExists, .enumeratorValue, .typeMatches: return nil
    case .typeExists, .typeSize:
      self.init(
        kind: kind, type: name, index: 0, steps: [], shape: .composite, size: nil, isResizable: false, compiled: 0)
      return
    case .byteOffset, .byteSize, .exists, .isSigned, .leftShift, .rightShift: break
    }
    func malformed() -> TypeError { .malformed("a CO-RE relocation of \(root.name) has the steps \"\(record.access)\"") }
    let numbers = record.access.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
    guard let first = numbers.first, let index = first, (0..<(1 << 16)).contains(index), numbers.count <= 64 else {
      throw malformed()
    }
    var type = record.type
    var steps: [Step] = []
    var isBitField = false
    for number in numbers.dropFirst() {
      guard let number, (0..<Self.elementLimit).contains(number) else { throw malformed() }
      switch try types.strippedNode(type) {
      case .composite(let composite) where composite.members.indices.contains(number):
        let member = composite.members[number]
        guard member.name.isEmpty || Self.isIdentifier(member.name) else { throw malformed() }
        if !member.name.isEmpty { steps.append(.member(member.name)) }
        (type, isBitField) = (member.type, member.bitSize != nil)
      case .array(let element, _):
        steps.append(.element(number))
        (type, isBitField) = (element, false)
      default: throw malformed()
      }
    }
    let leaf = try types.strippedNode(type)
    self.init(
      kind: kind, type: name, index: index, steps: steps, shape: Shape(leaf),
      size: isBitField ? nil : try types.byteSize(of: type), isResizable: Self.isResizable(leaf), compiled: 0)
  }

  /// `bpf_core_calc_relo`: the size of a load changes where both sides are integers without sign, or pointers.
  private static func isResizable(_ node: TypeNode) -> Bool {
    switch node {
    case .pointer: true
    case .integer(let integer): !integer.isSigned
    default: false
    }
  }
}

extension CoreRelocation.Shape {
  init(_ node: TypeNode) {
    switch node {
    case .integer, .enumeration: self = .integer
    case .pointer: self = .pointer
    case .array: self = .array
    case .composite: self = .composite
    default: self = .other
    }
  }
}
