import ContextABI
import Programs

/// What a build says of one use of a program.
public struct UseJudgement: Sendable, Hashable {
  public enum Outcome: Sendable, Hashable {
    /// The verifier takes the access.
    case accepted
    /// It refuses the program, for this reason.
    case refused(String)
    /// It can't be told, for this reason.
    case unknown(String)
    /// What the program asks the build before keeps it from getting there.
    case unreached
  }

  public let use: Use
  public let outcome: Outcome
  /// The field: `__sk_buff.cb[2]`; nil where the offset can't be told.
  public let field: String?
  /// Where the access goes on this build, CO-RE relocations resolved; nil where that can't be told.
  public let offset: Int?
  public let size: Int
  /// The program of the snapshot that has the rules.
  let program: String?

  /// `read 24:8`
  public var access: String { "\(use.kind.rawValue) \(offset.map(String.init) ?? "?"):\(size)" }
}

extension UseJudgement {
  /// Judges a use of a program that is `program` in the snapshot.
  init(_ use: Use, of program: String, on build: BuildRules) {
    self.use = use
    var (offset, size, added) = (use.offset, use.size, use.added)
    var outcome: Outcome?
    if let relocation = use.relocation {
      switch build.answer(to: relocation) {
      case .value(let answer, let width):
        offset = offset.flatMap { Self.sum($0, relocation.compiled, answer) }
        if use.relocatesPointer {
          added = Self.sum(added, relocation.compiled, answer) ?? added
        } else {
          size = width ?? size
        }
      case .missing: outcome = .refused("it has no \(relocation.type).\(relocation.path)")
      case .unknown: break
      }
    }
    self.offset = offset
    self.size = size
    let configuration = Self.configuration(of: use, program, build)
    self.program = configuration
    let context = configuration.flatMap(build.context)
    field = context.flatMap { context in offset.flatMap { FieldName(in: context, at: $0).full } }
    if !use.guards.mayHold(build.answer) { outcome = .unreached }
    self.outcome = outcome ?? Self.outcome(use, offset, size, added, configuration, build)
  }

  /// An offset with the answer of a build in the place of what was compiled; nil where that is none.
  private static func sum(_ offset: Int, _ compiled: Int64, _ answer: Int64) -> Int? {
    let sum = Int64(offset).subtractingReportingOverflow(compiled).partialValue.addingReportingOverflow(answer).partialValue
    return (-(1 << 30)...(1 << 30)).contains(sum) ? Int(sum) : nil
  }

  /// The program of the snapshot that has the rules for the pointer.
  private static func configuration(of use: Use, _ program: String, _ build: BuildRules) -> String? {
    guard use.base != .context else { return program }
    guard let field = use.field else { return use.base.configuration }
    let access = BuildRules.Access(program: program, kind: .read, offset: field, size: 8)
    // What a context's field is, the build says.
    switch build.rule(for: access)?.registerType {
    case "PTR_TO_SOCKET", "PTR_TO_SOCKET_OR_NULL": return UseBase.socket.configuration
    case "PTR_TO_SOCK_COMMON", "PTR_TO_SOCK_COMMON_OR_NULL": return UseBase.commonSocket.configuration
    default: return use.base.configuration
    }
  }

  private static func outcome(
    _ use: Use, _ offset: Int?, _ size: Int, _ added: Int, _ configuration: String?, _ build: BuildRules
  ) -> Outcome {
    guard let kind = use.kind.access else {
      return .refused("it takes no atomic operations on \(use.base == .context ? "a context" : "a socket")")
    }
    guard let configuration, let context = build.context(of: configuration) else {
      return .unknown("its snapshot says nothing of \(use.base.rawValue) pointers")
    }
    guard let offset else { return .unknown("where in \(context.name) it goes can't be told") }
    let access = BuildRules.Access(program: configuration, kind: kind, offset: offset, size: size)
    if build.rule(for: access) != nil {
      return added == 0 ? .accepted : ModifiedPointers.outcome(added, use.base, of: configuration, build)
    }
    for item in build.snapshot.coverage where item.programs.contains(configuration) {
      switch item.kind {
      case .hole where item.accesses.isEmpty || item.accesses.contains(access.text):
        return .unknown("its answer could not be extracted: \(item.reason)")
      case .opaque where offset >= 128: return .unknown("its snapshot does not tell: \(item.reason)")
      case .misconfigured where item.accesses.contains(access.text):
        return .refused("the verifier accepts the access and then refuses the program: \(item.reason)")
      default: break
      }
    }
    return .refused(Refusal(access, context, build).reason)
  }
}

/// The field at an offset of a context.
struct FieldName {
  /// `cb[2]`; nil where there is none.
  let name: String?
  let context: String
  let offset: Int

  init(in context: Context, at offset: Int) {
    self.context = context.name
    self.offset = offset
    let member = context.layout.members.first { $0.bitOffset <= offset * 8 && offset * 8 < $0.bitOffset + $0.bitSize }
    guard let member else {
      name = nil
      return
    }
    let parts = member.encoding.split(separator: "[")
    let count = parts.count > 1 ? Int(parts[1].dropLast()) ?? 0 : 0
    let width = count > 0 ? member.bitSize / count : 0
    name = width >= 8 ? "\(member.name)[\((offset * 8 - member.bitOffset) / width)]" : member.name
  }

  /// `__sk_buff.cb[2]`; `__sk_buff + 188` where there is no field.
  var full: String { name.map { "\(context).\($0)" } ?? "\(context) + \(offset)" }
}

/// Accesses through a pointer to which a constant was added before.
enum ModifiedPointers {
  /// What `check_mem_access` and `adjust_ptr_min_max_vals` (kernel/bpf/verifier.c) say of them.
  static func outcome(
    _ added: Int, _ base: UseBase, of program: String, _ build: BuildRules
  ) -> UseJudgement.Outcome {
    guard base == .context else {
      return .refused("\(added) was added to a \(base.rawValue) pointer, to which nothing can be added")
    }
    switch build.takesModifiedPointers(program) {
    case true? where added > 0: return .accepted
    case true?: return .refused("\(-added) was taken from the context pointer before the access")
    case false?:
      return .refused(
        "\(added) was added to the context pointer before the access, which \(program) programs may not do")
    case nil:
      return .unknown(
        "\(added) was added to the context pointer before the access, and its snapshot does not say whether the verifier takes that"
      )
    }
  }
}
