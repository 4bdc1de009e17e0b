import BPF
import ByteReading
import ContextABI
import Glibc
import LiveKernel
import TypeGraph

/// The verifier of the running kernel: asked by loading programs, and reading back what it makes of them.
final class LiveVerifier: VerifierOracle {
  private let loader: any ProgramLoader
  private let types: TypeGraph
  /// nil where neither register types nor privileges are wanted: they take further loads.
  private let rules: LiveRules?
  private var targets: [LiveTarget] = []
  let programTypes: [ProgramType]
  private var refused: [OracleRemark] = []
  let byteOrder = ByteOrder.host
  let kinds: [AccessKind]

  init(
    _ loader: any ProgramLoader, _ programTypes: [ProgramType], _ types: TypeGraph, _ rules: LiveRules?,
    configuredNumbers: [String: UInt64] = [:]
  ) {
    self.loader = loader
    self.programTypes = programTypes
    self.types = types
    self.rules = rules
    self.configuredNumbers = configuredNumbers
    kinds = Self.kinds(loader)
  }

  /// Loads that extend the sign are new in 6.6: a kernel without them takes them for no instruction. Whether stores of an
  /// immediate are taken is asked access by access.
  private static func kinds(_ loader: any ProgramLoader) -> [AccessKind] {
    // *(u64 *)(r10 - 8) = 0; r0 = *(s8 *)(r10 - 8); r0 = 0; exit, as BPF_PROG_TYPE_SOCKET_FILTER
    let code = [
      Instruction(code: 0x7a, destination: 10, offset: -8),
      Instruction(code: 0x91, destination: 0, source: 10, offset: -8), .move(0, 0), .exit,
    ]
    let result = loader.load(ProgramDraft(type: 1, attachType: 0, flags: 0, code: code))
    guard case .refused = result else { return AccessKind.allCases }
    return AccessKind.allCases.filter { $0 != .readSignExtending }
  }

  // MARK: - Targets

  func target(_ type: ProgramType, _ configuration: ProgramConfiguration) -> AccessTarget? {
    if ProgramConfiguration.attachedToFunctions.contains(type.name) {
      refused.append(
        OracleRemark(
          name: type.name, kind: .attachTarget,
          reason: "programs of this type can't be loaded without what they are attached to"))
      return nil
    }
    return add(configuration.name, type, configuration.attachType, size(type.contexts?.program), isContext: true) { _ in
      [.move(6, from: 1)]
    }
  }

  func target(
    _ pointer: SocketPointer, _ type: ProgramType, _ contexts: ContextPair
  ) -> AccessTarget? {
    let setUp = LivePointers(types: types, loader: loader)
    return add(pointer.name, type, 0, size(contexts.program), isContext: false) { result in
      (try? setUp.setUp(pointer, returning: result)) ?? nil
    }
  }

  private func size(_ context: TypeID?) -> Int {
    context.flatMap { try? types.composite($0)?.byteSize } ?? 0
  }

  /// `BPF_F_SLEEPABLE` (include/uapi/linux/bpf.h): programs of some types must be loaded with it.
  private static let sleepable: UInt32 = 1 << 4

  /// Looks for a program of this type that loads without any access: what programs may return, and whether they must be
  /// able to sleep, depends on the type.
  private func add(
    _ name: String, _ type: ProgramType, _ attachType: Int, _ size: Int, isContext: Bool,
    setUp: (_ result: Int32) -> [Instruction]?
  ) -> AccessTarget? {
    var firstRefusal: (code: Int32, draft: ProgramDraft)?
    for flags in [0, Self.sleepable] {
      for result: Int32 in [0, 1] {
        guard let setUp = setUp(result) else { return nil }
        let program = LiveProgram(
          type: UInt32(type.number), attachType: UInt32(attachType), flags: flags, setUp: setUp,
          returnValue: result)
        let draft = program.draft([])
        if case .refused(let code) = loader.load(draft) {
          firstRefusal = firstRefusal ?? (code, draft)
          continue
        }
        targets.append(LiveTarget(name, program, loader, contextSize: size, isContext: isContext))
        return AccessTarget(number: targets.count - 1)
      }
    }
    if let firstRefusal { noteRefusal(name, firstRefusal.code, firstRefusal.draft) }
    return nil
  }

  /// Says why a configuration can't be asked for, unless it is one that this kernel does not have.
  private func noteRefusal(_ name: String, _ code: Int32, _ draft: ProgramDraft) {
    let words = VerifierLog.lastWords(loader.log(of: draft, withStates: false))
    // A type that the kernel was built without, and an attach type that it does not know, are refused before the verifier
    // gets to write anything (bpf_prog_load, kernel/bpf/syscall.c).
    if code == EINVAL, words == nil { return }
    let reason = words ?? String(cString: strerror(code))
    // check_helper_call (kernel/bpf/verifier.c): the kernel was built without what hands out the pointer.
    if reason.contains("unknown func") || reason.contains("cannot use helper") { return }
    refused.append(
      OracleRemark(
        name: name, kind: .hole, reason: "a program without any access is refused: \(reason)"))
  }

  var remarks: [OracleRemark] {
    refused
      + targets.compactMap { target in
        target.states.untold.map { OracleRemark(name: target.name, kind: .hole, reason: $0) }
      }
  }

  /// An attach type that ctxabi does not know is not tried: what programs need to be loaded with it is not known either.
  let unknownAttachTypes: [(type: ProgramType, configuration: ProgramConfiguration)] = []
  let configuredNumbers: [String: UInt64]
  let emulationTime = Duration.zero

  func mayConvert(_ target: AccessTarget) -> Bool { true }

  /// What depends on it can't be loaded without one, and is set aside.
  func dependsOnAttachTarget(_ target: AccessTarget) -> Bool { false }

  // MARK: - Answers

  subscript(target: AccessTarget) -> LiveTarget { targets[target.number] }

  func outcome(
    _ target: AccessTarget, state: Int, _ kind: AccessKind, offset: Int, size: Int,
    registers: AccessRegisters, immediate: Int32
  ) -> AccessOutcome {
    let target = self[target]
    let first = state == 0 ? nil : target.states.cause(of: state)
    let step = LiveProgram.Step(
      kind, offset: offset, size: size, registers: registers, immediate: immediate)
    switch target.answer(step, after: first) {
    case .rejected: return .rejected
    case .misconfigured(let words): return .misconfigured(words)
    case .untold(let words): return .hole(.refusal(words))
    case .accepted(let code):
      return .accepted(accepted(code, target, step, after: first))
    }
  }

  private func accepted(
    _ code: [Instruction], _ target: LiveTarget, _ step: LiveProgram.Step, after first: AccessKey?
  ) -> AcceptedAccess {
    // Rules do not depend on the registers: they are asked for once.
    let rules = step.registers == .different && step.immediate == probedImmediate ? rules : nil
    let key = AccessKey(kind: step.kind, offset: step.offset, size: step.size)
    let type = step.kind.isWrite ? nil : rules?.registerType(target, key, after: first)
    return AcceptedAccess(
      registerType: type?.type, typeID: type?.structure ?? 0,
      needsPrivilege: rules?.needsPrivilege(target, key, after: first), conversion: nil, kept: code,
      narrowing: nil, signExtension: nil, value: step.registers.value,
      newState: first == nil ? target.states.state(after: key) : nil)
  }

  func typeName(_ id: UInt32) -> String? { rules?.structure(id) }

  var untoldPrivilege: String {
    rules?.untoldPrivilege ?? "whether an access needs privilege has not been asked for"
  }

  func describe(_ reason: UntoldReason) -> String { reason.text }
}
