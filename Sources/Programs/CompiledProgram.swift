import BPF
import ByteReading

/// A program of an object file, with all subprograms that it calls: numbered as the verifier numbers its instructions.
public struct CompiledProgram: Sendable {
  /// The name of its function.
  public internal(set) var name: String
  /// The section that it stands in.
  public let section: String
  /// nil where the section's name tells none.
  public let kind: ProgramKind?
  public let byteOrder: ByteOrder
  public internal(set) var instructions: [Instruction] = []
  /// The source line of each instruction, where the file has it.
  var lines: [SourceLine?] = []
  /// What `ld_imm64` instructions load, and which function call instructions call; by the instruction's number.
  var references: [Int: Reference] = [:]
  /// The CO-RE relocations of context structures, by the instruction's number.
  var relocations: [Int: CoreRelocation] = [:]
  /// Instructions with a CO-RE relocation of something else: what they hold differs from build to build.
  var foreign: Set<Int> = []
  /// The functions, by the number of their first instruction; the program itself, at 0, is none of them.
  var functions: [Int: Function] = [:]

  /// What an instruction refers to.
  enum Reference: Sendable, Hashable {
    case function(Int)
    case map(MapKind)
    /// Constant data: the bytes from `offset` on of the read-only section with this number.
    case constants(section: Int, offset: Int)
    /// What the file only declares: an option of the configuration, a function or variable of the kernel.
    case absent
    /// Anything else that is no number.
    case other
  }

  /// A subprogram.
  struct Function: Sendable, Hashable {
    let name: String
    /// Whether the verifier looks at it apart from its callers.
    let isGlobal: Bool
    /// Of a global function, the names of the structures that its arguments point to; nil for what is no such pointer.
    let arguments: [String?]
  }

  /// The names of fields.
  var fields = FieldTable()
  /// The bytes of the sections with constant data.
  var constants: [Int: ByteView] = [:]
}

/// A map, as far as what a lookup in it gives is concerned.
indirect enum MapKind: Sendable, Hashable {
  /// `BPF_MAP_TYPE_SOCKMAP` and `BPF_MAP_TYPE_SOCKHASH`: sockets.
  case sockets
  /// `BPF_MAP_TYPE_XSKMAP`: XDP sockets.
  case xdpSockets
  /// A map of maps.
  case maps(MapKind)
  case values

  /// - Parameter number: of `enum bpf_map_type` (include/uapi/linux/bpf.h).
  init(number: Int, inner: MapKind?) {
    switch number {
    case 15, 18: self = .sockets
    case 17: self = .xdpSockets
    case 12, 13: self = .maps(inner ?? .values)
    default: self = .values
    }
  }
}
