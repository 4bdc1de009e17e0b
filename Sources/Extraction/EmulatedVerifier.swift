import ByteReading
import ContextABI
import Emulation
import KernelImage
import TypeGraph

/// The verifier of a kernel image: its callbacks run on an emulated processor.
final class EmulatedVerifier: VerifierOracle {
  let image: KernelImage
  let callbacks: Callbacks
  private let probe: AccessProbe
  private let callbackTypes: [String: CallbackAddresses]
  private var targets: [AccessProbe.Target] = []
  let programTypes: [ProgramType]
  let kinds: [AccessKind]
  /// The kernel's own BTF, where the build has any: callbacks name types by its ids.
  private lazy var kernelTypes: BTFReader? =
    givenKernelTypes ?? image.btf.flatMap { try? BTFReader($0, order: image.architecture.byteOrder) }
  private let givenKernelTypes: BTFReader?
  private lazy var modifiedPointers = ModifiedPointerProbe(callbacks, image, types)
  private let names: VerifierNames
  private let types: TypeGraph

  /// Reads what the verifier's callbacks need to be called.
  ///
  /// - Parameter kernelTypes: the kernel's own BTF, where it has been read already.
  init(
    _ image: KernelImage, _ names: VerifierNames, _ types: TypeGraph, kernelTypes: BTFReader?
  ) throws(ExtractionError) {
    self.image = image
    self.names = names
    self.types = types
    givenKernelTypes = kernelTypes
    let layout = try VerifierLayout(types, names)
    callbackTypes = try CallbackAddresses.all(in: image, layout)
    programTypes = try ProgramType.all(names, types).filter { [callbackTypes] in
      callbackTypes[$0.name] != nil
    }
    do { callbacks = try Callbacks(image, layout) } catch { throw .emulation(error) }
    probe = AccessProbe(callbacks, image)
    kinds = probe.kinds
  }

  var byteOrder: ByteOrder { callbacks.byteOrder }
  var emulationTime: Duration { callbacks.machine.emulationTime }

  var remarks: [OracleRemark] {
    programTypes.compactMap { type in
      guard let addresses = callbackTypes[type.name] else { return nil }
      if let problem = addresses.problem { return OracleRemark(name: type.name, kind: .hole, reason: problem) }
      guard let isValid = addresses.isValidAccess else {
        return OracleRemark(
          name: type.name, kind: .attachTarget,
          reason: "the type has no is_valid_access: its programs stand for others, or for functions")
      }
      return remark(ofUnknown: type, isValid)
    }
  }

  /// A program type that the table does not have was asked for without an attach type; others may make a difference.
  private func remark(ofUnknown type: ProgramType, _ isValid: UInt64) -> OracleRemark? {
    guard !ProgramConfiguration.all.contains(where: { $0.programType == type.name }),
      callbacks.lookingAtAttachType.contains(isValid), !callbacks.lookingAtAttachTarget.contains(isValid)
    else { return nil }
    return OracleRemark(
      name: type.name, kind: .unknown,
      reason: "a program type that ctxabi does not know, whose callbacks look at the expected attach type")
  }

  var unknownAttachTypes: [(type: ProgramType, configuration: ProgramConfiguration)] {
    AttachTypeDiscovery(callbacks: callbacks, names: names, types: types).all(of: programTypes) {
      callbackTypes[$0.name]?.isValidAccess
    }
  }

  /// `nr_cpu_ids` starts as `CONFIG_NR_CPUS` (kernel/smp.c).
  var configuredNumbers: [String: UInt64] {
    guard let address = image.symbols.address(of: "nr_cpu_ids"),
      let bytes = try? image.memory.bytes(at: address),
      let count: UInt32 = try? bytes.integer(at: 0, byteOrder),
      (1...65536).contains(count)
    else { return [:] }
    return ["CONFIG_NR_CPUS": UInt64(count)]
  }

  // MARK: - Targets

  func target(_ type: ProgramType, _ configuration: ProgramConfiguration) -> AccessTarget? {
    guard let addresses = callbackTypes[type.name], let isValid = addresses.isValidAccess else {
      return nil
    }
    return add(
      AccessProbe.Target(
        isValidAccess: isValid, convertAccess: addresses.convertAccess,
        type: UInt32(type.number), attachType: UInt32(configuration.attachType), isSocketPointer: false,
        operations: addresses.operations))
  }

  func target(
    _ pointer: SocketPointer, _ type: ProgramType, _ contexts: ContextPair
  ) -> AccessTarget? {
    guard let isValid = image.symbols.address(of: pointer.isValidAccess),
      let convert = image.symbols.address(of: pointer.convertAccess)
    else { return nil }
    return add(
      AccessProbe.Target(
        isValidAccess: isValid, convertAccess: convert, type: UInt32(type.number), attachType: 0,
        isSocketPointer: true, operations: nil))
  }

  private func add(_ target: AccessProbe.Target) -> AccessTarget {
    targets.append(target)
    return AccessTarget(number: targets.count - 1)
  }

  // MARK: - Answers

  func outcome(
    _ target: AccessTarget, state: Int, _ kind: AccessKind, offset: Int, size: Int,
    registers: AccessRegisters, immediate: Int32
  ) -> AccessOutcome {
    probe.outcome(
      targets[target.number], state: state, kind, offset: offset, size: size, registers: registers,
      immediate: immediate)
  }

  func takesModifiedPointers(_ target: AccessTarget, offset: Int, size: Int) -> Bool? {
    let target = targets[target.number]
    guard let operations = target.operations else { return nil }
    return modifiedPointers?.takesModifiedPointers(target, operations: operations, offset: offset, size: size)
  }

  func mayConvert(_ target: AccessTarget) -> Bool {
    targets[target.number].convertAccess != nil
  }

  func dependsOnAttachTarget(_ target: AccessTarget) -> Bool {
    callbacks.lookingAtAttachTarget.contains(targets[target.number].isValidAccess)
  }

  /// The name of a type that a callback gave the id of: of the kernel's own BTF, or one that it looked up by name.
  func typeName(_ id: UInt32) -> String? {
    if id >= Callbacks.firstLookedUpType {
      let index = Int(id - Callbacks.firstLookedUpType)
      return index < callbacks.lookedUpTypes.count ? callbacks.lookedUpTypes[index] : nil
    }
    return id == 0 ? nil : kernelTypes?.compositeName(id: id)
  }

  var interface: ExtractedInterface? {
    do throws(ExtractionError) {
      let probe = try InterfaceProbe(
        image, types, callbacks, operations: { [callbackTypes] in callbackTypes[$0.name]?.operations },
        structureName: { [unowned self] in typeName($0) }, describe: { [unowned self] in describe(.fault($0)) })
      return probe.interface(of: programTypes)
    } catch {
      return ExtractedInterface(
        programs: [], helpers: [], combinations: [:], added: [:],
        holes: [InterfaceHole("helpers can't be asked for: \(error)", about: .allHelpers): Set(programTypes.map(\.name))])
    }
  }

  /// A fault with the names of functions in place of their addresses.
  func describe(_ reason: UntoldReason) -> String {
    guard case .fault(let fault) = reason else { return reason.text }
    func name(_ address: UInt64) -> String {
      // An address outside of the kernel belongs to no symbol, however far behind one it lies.
      guard (try? image.memory.word(at: address & ~7)) != nil,
        let (name, offset) = image.symbols.nearest(to: address)
      else { return hexadecimal(address) }
      return offset == 0 ? name : "\(name)+\(hexadecimal(offset))"
    }
    if case .undefined(let address) = fault.reason {
      let variable = image.symbols.nearest(to: address)?.name ?? hexadecimal(address)
      return "\(name(fault.function)): its answer hangs on \(variable), which no object defines"
    }
    return "\(name(fault.function)) at \(name(fault.programCounter)): \(fault.problem)"
  }

  func lastReason(_ reason: UntoldReason) -> UntoldReason? {
    guard case .fault(let fault) = reason else { return nil }
    return callbacks.machine.lastFault(of: fault.function).map { .fault($0) }
  }

  var untoldPrivilege: String { "whether an access needs privilege is not told" }
}
