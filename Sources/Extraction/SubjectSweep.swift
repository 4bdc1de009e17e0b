import BPF
import ContextABI
import SymbolicEvaluation

/// Where, how wide and how a context is accessed.
struct AccessKey: Hashable, Comparable {
  let kind: AccessKind
  /// In bytes.
  let offset: Int
  let size: Int

  static func < (left: AccessKey, right: AccessKey) -> Bool {
    (left.offset, left.size, left.kind) < (right.offset, right.size, right.kind)
  }

  /// `read 84:4`
  var text: String { "\(kind.rawValue) \(offset):\(size)" }
}

/// An accepted access with what it does.
struct SweptAccess {
  let access: AcceptedAccess
  let evaluated: ConversionMeanings.Evaluated
  /// What happens with other registers, where that is something else.
  let deviations: [AccessRegisters: ConversionMeanings.Evaluated]
  /// Of an immediate store: the register store of the same bytes does the same, whatever the immediate.
  let isAsRegisterStore: Bool
  /// Of an immediate store that does something else: what the immediates that were tried do.
  let immediates: [(immediate: Int32, evaluated: ConversionMeanings.Evaluated)]
}

/// Every accepted access of one subject, and what could not be told.
struct Sweep {
  var accesses: [AccessKey: SweptAccess] = [:]
  var holes: [(key: AccessKey, reason: UntoldReason)] = []
  var misconfigured: [(key: AccessKey, reason: String)] = []
  /// Conversions that are not understood.
  var unclear: [(key: AccessKey, reason: String)] = []
  /// The states that accesses leave a program in, by the key of the first access that does.
  var states: [Int: AccessKey] = [:]
  /// A callback looked at what the program is attached to.
  var dependsOnAttachTarget = false
  /// What was asked for of a context without a structure.
  var opaque: OpaqueContext?

  /// A read by which the verifier is asked about pointers that something was added to: behind the context's start, where
  /// there is one.
  var readToModify: AccessKey? {
    let reads = accesses.keys.filter { $0.kind == .read }
    return reads.filter { $0.offset > 0 }.min() ?? reads.min()
  }
}

/// Asks for every access of a subject.
final class Sweeper {
  private let build: Build
  private let meanings: ConversionMeanings
  private var evaluations: [EvaluationKey: Result<ConversionMeanings.Evaluated, SymbolicError>] = [:]
  private var immediateStores: [ObjectIdentifier: Bool] = [:]

  private struct EvaluationKey: Hashable {
    /// The identity of the conversion, or the access that is kept as it is.
    let conversion: ObjectIdentifier?
    let kept: [Instruction]
    let isWrite: Bool
    let registers: AccessRegisters
  }

  init(_ build: Build, _ meanings: ConversionMeanings) {
    self.build = build
    self.meanings = meanings
  }

  /// How many bytes behind the end of a context structure are asked for too: nothing must be accepted there.
  static let margin = 32

  /// Asks for every access to a context of so many bytes; where it is no structure (0), as far as accesses are accepted.
  func sweep(_ subject: Subject, contextSize: Int) -> Sweep {
    var sweep = Sweep()
    ask(subject, contextSize > 0 ? 0..<contextSize + Self.margin : 0..<OpaqueContext.start, &sweep)
    sweep.dependsOnAttachTarget = build.oracle.dependsOnAttachTarget(subject.target)
    if contextSize == 0, !sweep.dependsOnAttachTarget {
      let context = OpaqueContext { isAnyAccepted(subject, in: $0) }
      ask(subject, context.offsetsBehindStart, &sweep)
      sweep.opaque = context
    }
    return sweep
  }

  /// Whether some aligned access within these bytes is accepted, or can't be told.
  private func isAnyAccepted(_ subject: Subject, in bytes: Range<Int>) -> Bool {
    // Most likely first.
    for size in [8, 4, 2, 1] {
      for kind in [AccessKind.read, .write] {
        for offset in stride(from: bytes.lowerBound, to: bytes.upperBound, by: size) {
          if case .rejected = build.oracle.outcome(subject, kind, offset: offset, size: size) { continue }
          return true
        }
      }
    }
    return false
  }

  private func ask(_ subject: Subject, _ offsets: some Sequence<Int>, _ sweep: inout Sweep) {
    for kind in build.oracle.kinds {
      for size in [1, 2, 4, 8] where kind != .readSignExtending || size < 8 {
        for offset in offsets {
          let key = AccessKey(kind: kind, offset: offset, size: size)
          // The callback does not know immediate stores, nor sign extension where it does not look.
          if kind == .writeImmediate, !isAccepted(key, as: .write, sweep) { continue }
          ask(subject, key, &sweep)
        }
      }
    }
  }

  private func isAccepted(_ key: AccessKey, as kind: AccessKind, _ sweep: Sweep) -> Bool {
    sweep.accesses[AccessKey(kind: kind, offset: key.offset, size: key.size)] != nil
  }

  private func ask(_ subject: Subject, _ key: AccessKey, _ sweep: inout Sweep) {
    switch build.oracle.outcome(subject, key.kind, offset: key.offset, size: key.size) {
    case .rejected: break
    case .hole(let reason): sweep.holes.append((key, reason))
    case .misconfigured(let reason): sweep.misconfigured.append((key, reason))
    case .accepted(let access):
      if let state = access.newState, sweep.states[state] == nil { sweep.states[state] = key }
      do throws(SymbolicError) {
        let evaluated = try evaluate(access, key.kind, .different)
        let isAsRegisterStore = key.kind == .writeImmediate && isAsRegisterStore(subject, key)
        sweep.accesses[key] = SweptAccess(
          access: access, evaluated: evaluated,
          deviations: deviations(subject, key, evaluated, &sweep),
          isAsRegisterStore: isAsRegisterStore,
          immediates: key.kind == .writeImmediate && !isAsRegisterStore
            ? immediates(subject, key) : [])
      } catch {
        sweep.unclear.append((key, error.description))
      }
    }
  }

  /// What an accepted access does: the conversion, evaluated once, and the part of its value that is read.
  private func evaluate(
    _ access: AcceptedAccess, _ kind: AccessKind, _ registers: AccessRegisters
  ) throws(SymbolicError) -> ConversionMeanings.Evaluated {
    let key = EvaluationKey(
      conversion: access.conversion.map { ObjectIdentifier($0) }, kept: access.kept,
      isWrite: kind.isWrite, registers: registers)
    let whole: ConversionMeanings.Evaluated
    if let known = evaluations[key] {
      whole = try known.get()
    } else {
      let meanings = meanings
      let result = Result { () throws(SymbolicError) in
        try meanings.evaluate(
          access.conversion?.code ?? access.kept, isWrite: kind.isWrite, base: registers.base,
          value: kind == .writeImmediate ? nil : registers.value)
      }
      evaluations[key] = result
      whole = try result.get()
    }
    switch (access.narrowing, access.signExtension) {
    case (let narrowing?, let extension_):
      return meanings.part(
        of: whole, low: narrowing.shift, width: narrowing.width, signed: extension_ != nil)
    case (nil, let width?): return meanings.part(of: whole, low: 0, width: width, signed: true)
    case (nil, nil): return whole
    }
  }

  /// What other choices of registers do, where it is something else.
  private func deviations(
    _ subject: Subject, _ key: AccessKey, _ usual: ConversionMeanings.Evaluated,
    _ sweep: inout Sweep
  ) -> [AccessRegisters: ConversionMeanings.Evaluated] {
    var result: [AccessRegisters: ConversionMeanings.Evaluated] = [:]
    // Without a conversion no register matters; a sign extension is the read's, whose registers were tried.
    guard build.oracle.mayConvert(subject.target), key.kind != .readSignExtending else { return result }
    for registers in AccessRegisters.allCases where registers != .different {
      if key.kind == .writeImmediate, registers == .same { continue }
      switch build.oracle.outcome(
        subject, key.kind, offset: key.offset, size: key.size, registers: registers)
      {
      case .accepted(let access):
        do throws(SymbolicError) {
          let evaluated = try evaluate(access, key.kind, registers)
          if evaluated != usual { result[registers] = evaluated }
        } catch {
          sweep.unclear.append((key, "with the registers \(registers.rawValue): \(error)"))
        }
      case .hole(let reason): sweep.holes.append((key, reason))
      case .misconfigured(let reason):
        sweep.misconfigured.append((key, "with the registers \(registers.rawValue): \(reason)"))
      case .rejected: break
      }
    }
    return result
  }

  /// What the immediates that are tried do, one by one.
  private func immediates(
    _ subject: Subject, _ key: AccessKey
  ) -> [(immediate: Int32, evaluated: ConversionMeanings.Evaluated)] {
    differingImmediates.compactMap { immediate in
      guard
        case .accepted(let access) = build.oracle.outcome(
          subject, .writeImmediate, offset: key.offset, size: key.size, immediate: immediate),
        let evaluated = try? meanings.evaluate(
          access.code, isWrite: true, base: AccessRegisters.different.base, value: nil)
      else { return nil }
      return (immediate, evaluated)
    }
  }

  /// Whether a store of an immediate does what the store of a register does that holds it.
  private func isAsRegisterStore(_ subject: Subject, _ key: AccessKey) -> Bool {
    guard
      case .accepted(let store) = build.oracle.outcome(
        subject, .write, offset: key.offset, size: key.size),
      case .accepted(let first) = build.oracle.outcome(
        subject, .writeImmediate, offset: key.offset, size: key.size)
    else { return false }
    // Equal instructions alone do not tell that the access is converted alike for other immediates.
    let memo = first.conversion.map { ObjectIdentifier($0) }
    if let memo, let known = immediateStores[memo] { return known }
    let result = differingImmediates.allSatisfy { immediate in
      guard
        case .accepted(let access) = build.oracle.outcome(
          subject, .writeImmediate, offset: key.offset, size: key.size, immediate: immediate),
        let stored = try? meanings.evaluate(
          access.code, isWrite: true, base: AccessRegisters.different.base, value: nil),
        let expected = try? meanings.evaluate(
          store.code, isWrite: true, base: AccessRegisters.different.base,
          value: AccessRegisters.different.value,
          stored: UInt64(bitPattern: Int64(immediate)))
      else { return false }
      return stored == expected
    }
    if let memo { immediateStores[memo] = result }
    return result
  }
}
