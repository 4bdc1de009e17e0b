import ByteReading

/// The whole context ABI of one kernel build, as data: everything after extraction works on this alone.
public struct Snapshot: Hashable, Sendable {
  /// Where it comes from: never compared, and kept apart from the ABI.
  public var provenance: Provenance
  /// The byte order of the kernel, which says which bits of a field a narrow access sees.
  public var byteOrder: ByteOrder
  /// The programs whose accesses were asked for, sorted by name.
  public var programs: [Program]
  /// What programs see, sorted by name.
  public var contexts: [Context]
  /// What could not be extracted, or is no fixed ABI.
  public var coverage: [CoverageItem]
  /// The kernel's side: the members behind the contexts, and where they are.
  public var kernel: KernelSide
  /// What programs get besides their contexts; nil where nobody asked.
  public var interface: ProgramInterface?

  public init(
    provenance: Provenance, byteOrder: ByteOrder, programs: [Program], contexts: [Context],
    coverage: [CoverageItem], kernel: KernelSide
  ) {
    self.provenance = provenance
    self.byteOrder = byteOrder
    self.programs = programs
    self.contexts = contexts
    self.coverage = coverage
    self.kernel = kernel
  }
}

/// Where a snapshot comes from.
public struct Provenance: Hashable, Sendable {
  /// What `uname -r` prints.
  public var release: String
  public var architecture: String
  public var buildID: String?
  /// The compiler and linker, as the kernel's banner names them.
  public var compiler: String?
  /// What `uname -v` prints: `#1 SMP PREEMPT_DYNAMIC Debian 6.12.107-1 (2026-07-15)`; nil where the snapshot does not say.
  public var version: String?
  /// The debug information that the types come from: `DWARF` or `BTF`.
  public var types: String
  /// The version of ctxabi that made it.
  public var tool: String
  public var configuration: ConfigurationRecord?
  /// The headers that declare the contexts, by the context's name, where the debug information says so.
  public var declarations: [String: String] = [:]

  public init(
    release: String, architecture: String, buildID: String?, compiler: String?, types: String,
    tool: String, configuration: ConfigurationRecord?
  ) {
    self.release = release
    self.architecture = architecture
    self.buildID = buildID
    self.compiler = compiler
    self.types = types
    self.tool = tool
    self.configuration = configuration
  }
}

/// What is kept of a kernel's configuration.
public struct ConfigurationRecord: Hashable, Sendable {
  /// SHA-256 of its set options, one a line, sorted.
  public var digest: String
  /// The options that decide fields of contexts, with their values (`y`, `n`, a number).
  public var options: [String: String]

  public init(digest: String, options: [String: String]) {
    self.digest = digest
    self.options = options
  }
}

/// One kind of program, or one kind of pointer, that accesses a context.
public struct Program: Hashable, Sendable {
  /// `SCHED_CLS`, `CGROUP_SOCK_ADDR/INET4_BIND`, `SCHED_CLS+tstamp_type` (after an access to that field), `ptr:sock`.
  public var name: String
  /// The program type's enumerator without `BPF_PROG_TYPE_`, and the attach type's without `BPF_`.
  public var type: String
  /// The enumerator's value, which is what compiled programs hold.
  public var typeNumber: Int
  public var attachType: String?
  /// The structure that the program sees, and the kernel's structure behind it.
  public var context: String
  public var kernelContext: String
  /// Whether it may add a constant, which is not negative, to the pointer to the context before an access; nil where that is
  /// not told, and for socket pointers, to which nothing can be added (`adjust_ptr_min_max_vals`, kernel/bpf/verifier.c).
  public var takesModifiedPointers: Bool?

  public init(
    name: String, type: String, typeNumber: Int, attachType: String?, context: String, kernelContext: String
  ) {
    self.name = name
    self.type = type
    self.typeNumber = typeNumber
    self.attachType = attachType
    self.context = context
    self.kernelContext = kernelContext
  }
}

/// A structure that programs see: its layout, and what they may do with it.
public struct Context: Hashable, Sendable {
  /// The structure's name without `struct`; for a context that is none, the type's spelling.
  public var name: String
  public var layout: Layout
  public var rules: [AccessRule]

  public init(name: String, layout: Layout, rules: [AccessRule]) {
    self.name = name
    self.layout = layout
    self.rules = rules
  }
}

/// A structure's layout.
public struct Layout: Hashable, Sendable {
  /// In bytes; 0 for a context that is no structure.
  public var size: Int
  /// In bytes: the largest natural alignment of the members.
  public var alignment: Int
  /// In the order of the declaration, those of inner structures and unions in place. Union members overlap.
  public var members: [LayoutMember]

  public init(size: Int, alignment: Int, members: [LayoutMember]) {
    self.size = size
    self.alignment = alignment
    self.members = members
  }
}

/// A member of a structure that programs see.
public struct LayoutMember: Hashable, Sendable {
  /// `len`, `regs.r15`.
  public var name: String
  /// In bits, from the start of the structure.
  public var bitOffset: Int
  /// In bits.
  public var bitSize: Int
  /// As C spells it: `__u32[5]`.
  public var type: String
  /// What the bits are, typedefs seen through: `u32`, `s64`, `be16`, `bool`, `pointer`, `u32[5]`.
  public var encoding: String

  public init(name: String, bitOffset: Int, bitSize: Int, type: String, encoding: String) {
    self.name = name
    self.bitOffset = bitOffset
    self.bitSize = bitSize
    self.type = type
    self.encoding = encoding
  }
}

/// Accesses that behave the same: to a field as a whole, and to parts of it as far as these are just that part.
public struct AccessRule: Hashable, Sendable {
  /// The field: `len`, `cb[2]`; `padding` or `beyond the end` where there is none.
  public var field: String
  /// In bytes.
  public var offset: Int
  public var size: Int
  /// Which other accesses in the field see, or set, the corresponding part of it.
  public var parts: Parts
  /// Sorted as `AccessKind.allCases`.
  public var kinds: [AccessKind]
  /// The register type that a read gives (`SCALAR_VALUE`, `PTR_TO_PACKET`).
  public var registerType: String
  /// Whether the verifier refuses it to a program that was loaded without capabilities.
  public var needsPrivilege: Bool
  /// The names of the programs, sorted.
  public var programs: [String]
  /// What an access to the whole field does.
  public var meaning: Meaning
  /// Choices of registers for which something else happens, and what.
  public var deviations: [RegisterDeviation]
  /// Of immediate stores that do something else than the register store of the same bytes: what a few immediates do. The
  /// meaning is that of the first.
  public var immediates: [ImmediateMeaning]
  /// The instructions that replace the access to the whole field with `r2` the value and `r1` the context, by the
  /// programs that have them.
  public var conversions: [ConversionRecord]

  public init(
    field: String, offset: Int, size: Int, parts: Parts, kinds: [AccessKind], registerType: String,
    needsPrivilege: Bool, programs: [String], meaning: Meaning, deviations: [RegisterDeviation],
    immediates: [ImmediateMeaning], conversions: [ConversionRecord]
  ) {
    self.field = field
    self.offset = offset
    self.size = size
    self.parts = parts
    self.kinds = kinds
    self.registerType = registerType
    self.needsPrivilege = needsPrivilege
    self.programs = programs
    self.meaning = meaning
    self.deviations = deviations
    self.immediates = immediates
    self.conversions = conversions
  }

  /// Which parts of a field can be accessed besides the whole.
  public enum Parts: Hashable, Sendable {
    /// None.
    case whole
    /// Every aligned part of 1, 2, 4 or 8 bytes.
    case aligned
    /// These.
    case listed([Part])
  }

  /// A part of a field.
  public struct Part: Hashable, Sendable, Comparable {
    /// In bytes from the start of the context.
    public let offset: Int
    public let size: Int

    public init(offset: Int, size: Int) {
      self.offset = offset
      self.size = size
    }

    public static func < (left: Part, right: Part) -> Bool {
      (left.offset, left.size) < (right.offset, right.size)
    }
  }
}

/// What an access does when its registers are others than usual.
public struct RegisterDeviation: Hashable, Sendable {
  public var registers: AccessRegisters
  public var meaning: Meaning

  public init(registers: AccessRegisters, meaning: Meaning) {
    self.registers = registers
    self.meaning = meaning
  }
}

/// What the store of one immediate does.
public struct ImmediateMeaning: Hashable, Sendable {
  public var immediate: Int32
  public var meaning: Meaning

  public init(immediate: Int32, meaning: Meaning) {
    self.immediate = immediate
    self.meaning = meaning
  }

  /// The immediate that a listing of accesses uses stands first, the others in their order.
  public static func inOrder(_ left: ImmediateMeaning, _ right: ImmediateMeaning) -> Bool {
    (left.immediate == 0x11 ? 0 : 1, left.immediate) < (right.immediate == 0x11 ? 0 : 1, right.immediate)
  }
}

/// The instructions that replace an access.
public struct ConversionRecord: Hashable, Sendable {
  public var programs: [String]
  /// In hexadecimal, as they lie in memory, a space between two.
  public var code: String

  public init(programs: [String], code: String) {
    self.programs = programs
    self.code = code
  }
}

/// Something that the ABI's extraction has to say besides the ABI.
public struct CoverageItem: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// A callback did not return: whether these accesses exist can't be told.
    case hole
    /// A conversion's meaning can't be told.
    case meaning
    /// The callback accepts these accesses and the verifier then refuses the program.
    case misconfigured
    /// The context depends on what the program is attached to: it is no fixed ABI.
    case attachTarget = "attach target"
    /// The context has no structure, so not every byte of it was asked for.
    case opaque
    /// Whether accesses need privilege can't be told: that no rule of these programs says so means nothing.
    case privilege
    /// What register type these reads give can't be told.
    case registerType = "register type"
    /// Attach types, or program types, that this version of ctxabi does not know.
    case unknown
    /// DWARF and BTF of the build disagree.
    case types
  }

  public var kind: Kind
  /// The programs that it is about, sorted.
  public var programs: [String]
  /// The accesses that it is about, `read 84:4`, or the helper, `helper bpf_bind`, or `helpers`, `added instructions`. None
  /// where it is about all accesses.
  public var accesses: [String]
  public var reason: String

  public init(kind: Kind, programs: [String], accesses: [String], reason: String) {
    self.kind = kind
    self.programs = programs
    self.accesses = accesses
    self.reason = reason
  }

  /// How `accesses` names that a helper is asked for.
  public static func access(toHelper helper: String) -> String { "helper \(helper)" }

  /// How `accesses` names that any helper is asked for.
  public static let allHelpers = "helpers"
  /// How `accesses` names the instructions that the kernel adds to programs.
  public static let additions = "added instructions"

  /// Whether something is missing from the snapshot that should be there.
  public var isHole: Bool { kind == .hole || kind == .meaning || kind == .types || kind == .unknown }
}

/// The kernel's side of the ABI: what may change from build to build without anybody noticing.
public struct KernelSide: Hashable, Sendable {
  /// The members that meanings name, by kernel context and path.
  public var members: [String: [NamedMember]]
  /// The members of the structures that these are in, by the structure's name: what exists, used or not.
  public var structures: [String: [StructureMember]]
  /// Numbers that the configuration decides and that may stand in meanings: `CONFIG_NR_CPUS`.
  public var numbers: [String: UInt64]

  public init(
    members: [String: [NamedMember]], structures: [String: [StructureMember]],
    numbers: [String: UInt64]
  ) {
    self.members = members
    self.structures = structures
    self.numbers = numbers
  }
}

/// A member of a kernel structure.
public struct StructureMember: Hashable, Sendable {
  public var name: String
  /// In bits.
  public var bitSize: Int
  /// As C spells it.
  public var type: String
  /// The first member of the union that it is in, and where it starts in that union in bits; nil for one that shares its
  /// place with no other.
  public var overlap: Overlap?

  public struct Overlap: Hashable, Sendable {
    public var group: String
    public var bitOffset: Int

    public init(group: String, bitOffset: Int) {
      self.group = group
      self.bitOffset = bitOffset
    }
  }

  public init(name: String, bitSize: Int, type: String, overlap: Overlap?) {
    self.name = name
    self.bitSize = bitSize
    self.type = type
    self.overlap = overlap
  }
}
