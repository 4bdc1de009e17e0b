import BPF
import ContextABI
import SymbolicEvaluation
import TypeGraph

/// One accepted access: the instructions that replace it, and what they mean.
public struct ConvertedAccess: Sendable {
  /// The name of the program: `SCHED_CLS`, `CGROUP_SOCK_ADDR/INET4_BIND`.
  public let program: String
  public let kind: AccessKind
  /// In bytes.
  public let offset: Int
  public let size: Int
  public let registers: AccessRegisters
  /// What the verifier leaves in place of the access, narrowing and sign extension included.
  public let code: [Instruction]
  public let meaning: Meaning
  /// What the context pointer leads to, and how the meaning names it.
  public let root: ConversionMeanings.Root
}

/// Every accepted access of a build, one by one, code beside meaning: for whoever wants to check the one by the other.
public struct ConvertedAccesses {
  private let build: Build
  private let meanings: ConversionMeanings

  public init(_ build: Build) {
    self.build = build
    meanings = ConversionMeanings(build.types, build.byteOrder)
  }

  /// The width in bits of each kernel member that a meaning of `root`'s accesses names, by path.
  public func memberWidths(for root: ConversionMeanings.Root) -> [String: Int] {
    meanings.members(for: root).mapValues(\.width)
  }

  /// Calls `body` with each accepted access, in every choice of registers that its kind has.
  public func forEachAccess(_ body: (ConvertedAccess) -> Void) throws(ExtractionError) {
    let sweeper = Sweeper(build, meanings)
    do throws(TypeError) {
      var pending = try subjects()
      while !pending.isEmpty {
        let subject = pending.removeFirst()
        guard let pair = subject.contexts else { continue }
        let size = try build.types.composite(pair.program)?.byteSize ?? 0
        let sweep = sweeper.sweep(subject, contextSize: size)
        if sweep.dependsOnAttachTarget { continue }
        let root = try build.root(of: subject, pair)
        for (key, access) in sweep.accesses.sorted(by: { $0.key < $1.key }) {
          try visit(subject, key, access, root, body)
        }
        if subject.state == 0 {
          pending += sweep.states.sorted { $0.key < $1.key }.map { state, key in
            subject.after(accessing: key.text, state: state)
          }
        }
      }
    } catch { throw .typeGraph(error) }
  }

  private func subjects() throws(TypeError) -> [Subject] {
    do { return try build.subjects(unknownAttachTypes: false) } catch {
      if case .typeGraph(let inner) = error { throw inner }
      throw .malformed(error.description)
    }
  }

  private func visit(
    _ subject: Subject, _ key: AccessKey, _ access: SweptAccess, _ root: ConversionMeanings.Root,
    _ body: (ConvertedAccess) -> Void
  ) throws(TypeError) {
    for registers in AccessRegisters.allCases {
      if registers != .different {
        // As in a sweep: without a conversion, and for a sign extension, the registers change nothing.
        guard build.oracle.mayConvert(subject.target), key.kind != .readSignExtending,
          key.kind != .writeImmediate || registers != .same
        else { continue }
      }
      guard
        case .accepted(let accepted) = build.oracle.outcome(
          subject, key.kind, offset: key.offset, size: key.size, registers: registers)
      else { continue }
      let evaluated = access.deviations[registers] ?? access.evaluated
      body(
        ConvertedAccess(
          program: subject.name, kind: key.kind, offset: key.offset, size: key.size,
          registers: registers, code: accepted.code,
          meaning: try meanings.meaning(of: evaluated, for: root), root: root))
    }
  }
}

extension Build {
  /// What the context pointer of `subject`'s programs leads to, and how meanings name it.
  func root(
    of subject: Subject, _ pair: ContextPair
  ) throws(TypeError) -> ConversionMeanings.Root {
    try root(of: subject.programType, subject.attachName, pair)
  }

  func root(
    of programType: String, _ attachName: String?, _ pair: ContextPair
  ) throws(TypeError) -> ConversionMeanings.Root {
    // Where nothing is converted, programs see the kernel's structure as it is; where that is none, their own.
    let kernel = try types.composite(pair.kernel)
    let program = try types.composite(pair.program)
    let type = kernel == nil && program != nil ? pair.program : pair.kernel
    return ConversionMeanings.Root(
      type: type, name: Self.pointerNames[kernel?.name ?? ""] ?? "ctx",
      programType: programType, attachName: attachName)
  }

  /// What the kernel calls a pointer to these structures; any other is `ctx`.
  private static let pointerNames = [
    "sk_buff": "skb", "xdp_buff": "xdp", "sock": "sk", "tcp_sock": "tp", "xdp_sock": "xs",
    "pt_regs": "regs",
  ]
}
