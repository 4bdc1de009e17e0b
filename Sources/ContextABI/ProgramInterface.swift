/// What a kernel gives to programs besides their contexts: helpers, and what it does to a program around them.
public struct ProgramInterface: Hashable, Sendable {
  /// Who was asked for, sorted by name.
  public var programs: [InterfaceProgram]
  /// What programs may call, in the order of the helpers' numbers.
  public var helpers: [HelperFunction]
  /// Types of arguments and results that stand for others with flags: `ARG_PTR_TO_UNINIT_MEM` for `ARG_PTR_TO_MEM`,
  /// `MEM_UNINIT`. The build's enumerations say so; only those that helpers have.
  public var combinations: [String: [String]]
  /// What accesses do to the program or ask of who loads it, sorted by context and programs.
  public var effects: [AccessEffect]
  /// Instructions that the kernel adds to programs.
  public var additions: [ProgramAddition]

  public init(
    programs: [InterfaceProgram], helpers: [HelperFunction], combinations: [String: [String]], effects: [AccessEffect],
    additions: [ProgramAddition]
  ) {
    self.programs = programs
    self.helpers = helpers
    self.combinations = combinations
    self.effects = effects
    self.additions = additions
  }
}

/// A program type with an expected attach type, as helpers are given to it.
public struct InterfaceProgram: Hashable, Sendable {
  /// `SCHED_CLS`, `CGROUP_SOCK_ADDR/INET4_BIND`, `TRACING/TRACE_ITER`; `CGROUP_DEVICE/unspecified` for programs that are
  /// loaded without an attach type although their type has one.
  public var name: String
  /// The program type's enumerator without `BPF_PROG_TYPE_`, and the attach type's without `BPF_`.
  public var type: String
  public var attachType: String?
  /// Whether it stands for the program type where no attach type is named (as `bpftool feature probe` does).
  public var isDefault: Bool
  /// Whether programs can be run for a test (`BPF_PROG_TEST_RUN`); nil where that is not told.
  public var hasTestRuns: Bool?
  /// Whether some may write members of kernel structures that are no context (`btf_struct_access`).
  public var writesStructures: Bool
  /// Whether a program gets further helpers by what it is attached to.
  public var hasHelpersByTarget: Bool

  public init(
    name: String, type: String, attachType: String?, isDefault: Bool, hasTestRuns: Bool?, writesStructures: Bool,
    hasHelpersByTarget: Bool
  ) {
    self.name = name
    self.type = type
    self.attachType = attachType
    self.isDefault = isDefault
    self.hasTestRuns = hasTestRuns
    self.writesStructures = writesStructures
    self.hasHelpersByTarget = hasHelpersByTarget
  }
}

extension InterfaceProgram {
  /// Programs that are run by a system call must be ones that may sleep (`check_attach_btf_id`, kernel/bpf/verifier.c).
  public var isAlwaysSleepable: Bool { Self.isAlwaysSleepable(type) }

  public static func isAlwaysSleepable(_ type: String) -> Bool { type == "SYSCALL" }
}

/// A helper function of the kernel, with what programs get of it.
public struct HelperFunction: Hashable, Sendable {
  /// `bpf_map_lookup_elem`
  public var name: String
  /// Its value in `enum bpf_func_id`, which is what compiled programs hold.
  public var number: Int
  /// Sorted by their programs. A helper that no program of the build gets has none.
  public var grants: [HelperGrant]

  public init(name: String, number: Int, grants: [HelperGrant]) {
    self.name = name
    self.number = number
    self.grants = grants
  }
}

/// One prototype of a helper, with the programs that get it and what they must bring.
public struct HelperGrant: Hashable, Sendable {
  /// Sorted names.
  public var programs: [String]
  /// nil where only what the program is attached to decides whether it gets the helper at all.
  public var prototype: HelperPrototype?
  public var terms: GrantTerms

  public init(programs: [String], prototype: HelperPrototype?, terms: GrantTerms) {
    self.programs = programs
    self.prototype = prototype
    self.terms = terms
  }
}

/// On what terms a helper is given.
public struct GrantTerms: Hashable, Sendable {
  /// The capabilities that who loads the program needs: `CAP_BPF`.
  public var capabilities: [String]
  /// Only where who loads the program lacks these: with them the program gets another prototype.
  public var lackedCapabilities: [String]
  /// Not where the kernel is locked down.
  public var needsNoLockdown: Bool
  /// Only to programs that may sleep, or only to those that may not; nil where it makes no difference.
  public var isSleepable: Bool?
  /// Members of `struct bpf_prog` that are set when the helper is asked for; of `struct bpf_prog_aux`: `aux->…`.
  public var marks: [String]
  /// What the program is attached to decides too.
  public var dependsOnTarget: Bool
  /// The verifier finds the prototype, and then the helper's own function (`allowed`) refuses every such program.
  public var isRefused: Bool

  public init(
    capabilities: [String] = [], lackedCapabilities: [String] = [], needsNoLockdown: Bool = false,
    isSleepable: Bool? = nil, marks: [String] = [], dependsOnTarget: Bool = false, isRefused: Bool = false
  ) {
    self.capabilities = capabilities
    self.lackedCapabilities = lackedCapabilities
    self.needsNoLockdown = needsNoLockdown
    self.isSleepable = isSleepable
    self.marks = marks
    self.dependsOnTarget = dependsOnTarget
    self.isRefused = isRefused
  }
}

/// A helper's `struct bpf_func_proto`.
public struct HelperPrototype: Hashable, Sendable {
  public var result: HelperValue
  /// As many as the helper takes.
  public var arguments: [HelperValue]
  /// The prototype's truth values that are set, by the members' names: `gpl_only`, `pkt_access`, `might_sleep`, …; and
  /// `changes_pkt_data` where a call takes away what the program knows of its packet (`bpf_helper_changes_pkt_data`). Sorted.
  public var flags: [String]

  public init(result: HelperValue, arguments: [HelperValue], flags: [String]) {
    self.result = result
    self.arguments = arguments
    self.flags = flags
  }
}

/// What a helper takes or returns.
public struct HelperValue: Hashable, Sendable {
  /// The enumerator, with flags that it does not contain: `ARG_PTR_TO_MEM | MEM_RDONLY`, `RET_PTR_TO_SOCKET_OR_NULL`.
  public var type: String
  /// The structure of the kernel that it points to, where the prototype names one.
  public var structure: String?
  /// How many bytes it points to, where the prototype says so.
  public var size: Int?

  public init(type: String, structure: String? = nil, size: Int? = nil) {
    self.type = type
    self.structure = structure
    self.size = size
  }
}

/// What accesses to some fields do besides what they read or store.
public struct AccessEffect: Hashable, Sendable {
  /// The structure that programs see, and the fields in it, in the structure's order.
  public var context: String
  public var fields: [String]
  /// Sorted as `AccessKind.allCases`.
  public var kinds: [AccessKind]
  /// Members of `struct bpf_prog` that the access sets: `cb_access`; of `struct bpf_prog_aux`: `aux->…`.
  public var marks: [String]
  /// The capabilities that who loads the program needs: `CAP_PERFMON`.
  public var capabilities: [String]
  /// Sorted names.
  public var programs: [String]

  public init(
    context: String, fields: [String], kinds: [AccessKind], marks: [String], capabilities: [String], programs: [String]
  ) {
    self.context = context
    self.fields = fields
    self.kinds = kinds
    self.marks = marks
    self.capabilities = capabilities
    self.programs = programs
  }
}

/// Instructions that the kernel puts in front of, behind or into programs.
public struct ProgramAddition: Hashable, Sendable {
  public enum Place: String, Hashable, Sendable, CaseIterable {
    /// In front of a program that does not store to the packet directly, or does (`gen_prologue`).
    case prologue
    case prologueOfPacketWriters = "prologue of packet writers"
    /// Behind a program (`gen_epilogue`).
    case epilogue
    /// In place of a load from the packet at a constant, or a register's, offset (`gen_ld_abs`).
    case absoluteLoad = "absolute load"
    case indirectLoad = "indirect load"
  }

  public var place: Place
  /// In bytes, of a load.
  public var size: Int?
  /// What the instructions do, a step a line: names of kernel members in place of offsets, and of functions in place of
  /// their addresses.
  public var steps: [String]
  /// Sorted names.
  public var programs: [String]
  /// In hexadecimal, as they lie in memory, a space between two, by the programs that have them.
  public var code: String

  public init(place: Place, size: Int?, steps: [String], programs: [String], code: String) {
    self.place = place
    self.size = size
    self.steps = steps
    self.programs = programs
    self.code = code
  }
}

extension HelperGrant {
  /// By programs; of equal ones by what they get.
  public static func inOrder(_ left: HelperGrant, _ right: HelperGrant) -> Bool { left.sortKey < right.sortKey }

  private var sortKey: (String, String, String) {
    (programs.joined(separator: " "), terms.description, prototype?.description ?? "")
  }
}

extension AccessEffect {
  /// By context, and then by programs.
  public static func inOrder(_ left: AccessEffect, _ right: AccessEffect) -> Bool { left.sortKey < right.sortKey }

  private var sortKey: String {
    [[context], programs, kinds.map(\.rawValue), marks, capabilities, fields].map { $0.joined(separator: " ") }
      .joined(separator: "\n")
  }
}

extension ProgramAddition {
  /// By place and size; of one place by programs.
  public static func inOrder(_ left: ProgramAddition, _ right: ProgramAddition) -> Bool { left.sortKey < right.sortKey }

  private var sortKey: (Int, Int, String, String) {
    (
      Place.allCases.firstIndex(of: place) ?? 0, size ?? 0, programs.joined(separator: " "),
      (steps + [code]).joined(separator: "\n")
    )
  }
}
