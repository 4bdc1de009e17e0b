import ContextABI
import Glibc
import LiveKernel

/// Finds out what an accepted access gives, and to whom it is allowed, as far as the running kernel tells.
final class LiveRules {
  private let loader: any ProgramLoader
  private let registerTypes: LoggedRegisterTypes
  private let allowsUnprivileged: Bool
  private var structures: [String] = []
  /// What the log said of the reads of the programs that were last asked for.
  private var logged: (program: ObjectIdentifier, first: AccessKey?, words: [AccessKey: String])?
  /// Whether programs of a target can be loaded without privilege, without any access.
  private var isLoadableByAll: [ObjectIdentifier: Bool] = [:]

  /// - Parameter allowsUnprivileged: whether the kernel lets processes without capabilities load programs at all.
  init(_ loader: any ProgramLoader, _ registerTypes: RegisterTypes, allowsUnprivileged: Bool) {
    self.loader = loader
    self.registerTypes = LoggedRegisterTypes(registerTypes: registerTypes)
    self.allowsUnprivileged = allowsUnprivileged
  }

  /// Why privileges are not told, where they are not.
  var untoldPrivilege: String {
    allowsUnprivileged
      ? "whether accesses need privilege is not told: programs of this type can't be loaded without privilege at all"
      : "whether accesses need privilege is not told: the kernel loads no programs without privilege (kernel.unprivileged_bpf_disabled)"
  }

  /// The register type that the read `step` gives, and the id of the structure that it points to, from the verifier's log;
  /// nil where it is not told.
  func registerType(
    _ target: LiveTarget, _ key: AccessKey, after first: AccessKey?
  ) -> (type: UInt32, structure: UInt32)? {
    let program = ObjectIdentifier(target)
    if logged?.program != program || logged?.first != first {
      // What leaves a state must not be in a program with the others.
      let reads = target.states.accepted.filter {
        !$0.kind.isWrite && target.states.state(after: $0) == nil
      }
      logged = (program, first, read(reads, target, after: first))
    }
    guard let words = logged?.words[key] ?? read([key], target, after: first)[key],
      let found = registerTypes.find(words)
    else { return nil }
    return (found.type, found.structure.map(identify) ?? 0)
  }

  /// What the log says that these reads leave in their register, made one after the other.
  private func read(
    _ keys: [AccessKey], _ target: LiveTarget, after first: AccessKey?
  ) -> [AccessKey: String] {
    let draft = target.program.draft(keys.map { LiveProgram.Step($0) }, after: first)
    let words = VerifierLog.register(
      AccessRegisters.different.value, in: loader.log(of: draft, withStates: true))
    var result: [AccessKey: String] = [:]
    for (key, number) in zip(keys, LiveProgram.accesses(in: draft)) { result[key] = words[number] }
    return result
  }

  /// Whether the verifier refuses the access to a process without capabilities; nil where programs of this type can't be
  /// loaded by one at all.
  func needsPrivilege(
    _ target: LiveTarget, _ key: AccessKey, after first: AccessKey?
  ) -> Bool? {
    guard allowsUnprivileged, isLoadableByAll(target) else { return nil }
    switch loader.refusalWithoutPrivilege(target.program.draft([LiveProgram.Step(key)], after: first)) {
    case nil: return false
    case EACCES: return true
    default: return nil
    }
  }

  private func isLoadableByAll(_ target: LiveTarget) -> Bool {
    if let known = isLoadableByAll[ObjectIdentifier(target)] { return known }
    let result = loader.refusalWithoutPrivilege(target.program.draft([])) == nil
    isLoadableByAll[ObjectIdentifier(target)] = result
    return result
  }

  /// The name of the structure with an id that `registerType` gave.
  func structure(_ id: UInt32) -> String? {
    let index = Int(id) - 1
    return structures.indices.contains(index) ? structures[index] : nil
  }

  private func identify(_ structure: String) -> UInt32 {
    if let known = structures.firstIndex(of: structure) { return UInt32(known + 1) }
    structures.append(structure)
    return UInt32(structures.count)
  }
}
