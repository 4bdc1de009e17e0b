import ContextABI

/// A line of a program's source.
public struct SourceLine: Hashable, Sendable {
  /// The file's name without its directory, which is that of the machine that compiled.
  public let file: String
  public let line: Int

  public init(file: String, line: Int) {
    self.file = file.split(separator: "/").last.map(String.init) ?? file
    self.line = line
  }

  /// `lb.bpf.c:142`
  public var description: String { "\(file):\(line)" }
}

/// Where in a program something is used.
public struct CodePlace: Hashable, Sendable {
  /// The number of the instruction, as in the verifier's log of the program.
  public let instruction: Int
  public let line: SourceLine?

  /// `lb.bpf.c:142`; `instruction 17` where there is no source.
  public var text: String { line?.description ?? "instruction \(instruction)" }
}

/// A pointer whose accesses the verifier converts.
public enum UseBase: String, Hashable, Sendable, CaseIterable {
  case context = "ctx"
  case socket = "sock"
  /// A socket of which only what all sockets have can be read (`PTR_TO_SOCK_COMMON`).
  case commonSocket = "sock_common"
  case tcpSocket = "tcp_sock"
  case xdpSocket = "xdp_sock"

  /// What it points to, for programs of kind `kind`; nil where that depends on what they are attached to.
  public func structure(_ kind: ProgramKind?) -> String? {
    switch self {
    case .context: kind?.context
    case .socket, .commonSocket: "bpf_sock"
    case .tcpSocket: "bpf_tcp_sock"
    case .xdpSocket: "bpf_xdp_sock"
    }
  }

  /// The program of a snapshot that has the rules of such a pointer; nil for the context.
  public var configuration: String? { self == .context ? nil : "ptr:\(rawValue)" }
}

/// A way to access.
public enum UseKind: String, Hashable, Sendable, CaseIterable {
  case read
  case readSignExtending = "readsx"
  case write
  case writeImmediate = "writeimm"
  case atomic

  /// The same in a snapshot, which has no atomics: the verifier refuses them.
  public var access: AccessKind? { AccessKind(rawValue: rawValue) }
}

/// An access that a compiled program makes.
public struct Use: Hashable, Sendable {
  /// The number of the instruction, as in the verifier's log of the program.
  public var instruction: Int
  public var base: UseBase
  /// The offset of the context's field that the pointer was read from, where it was.
  public var field: Int?
  public var kind: UseKind
  /// In bytes from the start of what the pointer points to, as compiled; nil where it can't be told.
  public var offset: Int?
  public var size: Int
  /// What was added to the pointer before the access, in bytes; part of `offset`.
  public var added: Int
  /// The register of the pointer, and that of the value; nil for a store of an immediate.
  public var baseRegister: UInt8
  public var valueRegister: UInt8?
  public var immediate: Int32?
  /// The CO-RE relocation whose answer is part of the offset.
  public var relocation: CoreRelocation?
  /// Whether that answer was added to the pointer, and is not the offset of the instruction itself.
  public var relocatesPointer = false
  /// What must hold of a build for the access to be reached: all of one of these lists. Empty: it always is.
  public var guards: [[Guard]] = []
  public var line: SourceLine?
  /// The field's name as the object's own types have it: `__sk_buff.cb[2]`.
  public var name: String?

  public var codePlace: CodePlace { CodePlace(instruction: instruction, line: line) }

  /// `24:4`; `?:4` where the offset can't be told.
  public var place: String { "\(offset.map(String.init) ?? "?"):\(size)" }

  /// By instruction; of one instruction, by pointer and place.
  static func inOrder(_ left: Use, _ right: Use) -> Bool {
    (left.instruction, left.base.rawValue, left.offset ?? -1, left.size, left.field ?? -1, left.added)
      < (right.instruction, right.base.rawValue, right.offset ?? -1, right.size, right.field ?? -1, right.added)
  }
}

/// A branch that hangs on what a build answers to a CO-RE relocation: `bpf_core_field_exists` and the like.
public struct Guard: Hashable, Sendable {
  public let relocation: CoreRelocation
  /// What the program computes of the answer before it compares.
  public let steps: [ScalarStep]
  /// The jump's code, and what the answer is compared with.
  public let jump: UInt8
  public let operand: UInt64
  /// Whether the jump must be taken, or must not.
  public let isTaken: Bool

  /// Whether it holds where the relocation's answer is `answer`; what can't be told may hold.
  public func mayHold(_ answer: CoreAnswer) -> Bool {
    guard var value = answer.value.map({ UInt64(bitPattern: $0) }) else { return answer == .unknown }
    for step in steps {
      guard let next = step.apply(to: value) else { return true }
      value = next
    }
    return (Scalar.compares(jump, value, operand) ?? isTaken) == isTaken
  }
}
