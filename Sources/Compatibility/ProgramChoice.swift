import ContextABI
import Programs

/// Which programs of a snapshot have the rules for a compiled program.
enum ProgramChoice: Equatable {
  /// This one has.
  case program(String)
  /// The build does not take such programs, for this reason.
  case refused(String)
  /// It can't be told, for this reason.
  case unknown(String)
  /// The context depends on what the program is attached to: it is no fixed ABI.
  case attachTarget

  /// Program types whose contexts are those of what they are attached to.
  private static let attachTargets: Set<String> = ["TRACING", "LSM", "EXT", "STRUCT_OPS"]

  /// Chooses for programs of kind `kind` (`bpf_prog_load_check_attach`, kernel/bpf/syscall.c).
  init(_ kind: ProgramKind?, in snapshot: Snapshot) {
    guard let kind else {
      self = .unknown("its section tells no program type (give it with --prog-type)")
      return
    }
    guard !Self.attachTargets.contains(kind.type) else {
      self = .attachTarget
      return
    }
    let all = snapshot.programs.filter { $0.type == kind.type && !$0.name.contains("+") && !$0.name.hasPrefix("ptr:") }
    if let same = all.first(where: { $0.attachType == kind.attachType }) {
      self = .program(same.name)
      return
    }
    if all.isEmpty {
      let isCovered = !snapshot.coverage.contains { $0.isHole && $0.programs.contains { Self.type(of: $0) == kind.type } }
      let reason = "it has no programs of type \(kind.type)"
      self = isCovered ? .refused(reason) : .unknown(reason)
      return
    }
    // Attach types that no callback looks at stand for all others of the type.
    if let any = all.first(where: { $0.attachType == nil }) {
      self = .program(any.name)
    } else if kind.attachType == nil || all.count == 1, let first = all.first {
      self = .program(first.name)
    } else {
      self = .refused("it does not know the attach type \(kind.attachType ?? "")")
    }
  }

  private static func type(of name: String) -> String { String(name.prefix { $0 != "/" && $0 != "+" }) }

  /// The same program after an access that changes what others mean: reading `tstamp_type` sets `tstamp_type_access`, for
  /// all of the program.
  static func state(of program: String, accessing fields: Set<String>, in snapshot: Snapshot) -> String {
    let states = snapshot.programs.filter { $0.name.hasPrefix(program + "+") }
    return states.first { fields.contains(String($0.name.dropFirst(program.count + 1))) }?.name ?? program
  }
}
