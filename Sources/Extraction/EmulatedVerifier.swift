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
    types.source as? BTFReader
    ?? image.btf.flatMap { try? BTFReader($0, order: image.architecture.byteOrder) }
  private let types: TypeGraph

  /// Reads what the verifier's callbacks need to be called.
  init(
    _ image: KernelImage, _ names: VerifierNames, _ types: TypeGraph
  ) throws(ExtractionError) {
    self.image = image
    self.types = types
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

  var remarks: [OracleRemark] {
    programTypes.filter { callbackTypes[$0.name]?.isValidAccess == nil }.map {
      OracleRemark(
        name: $0.name, kind: .attachTarget,
        reason: "the type has no is_valid_access: its programs stand for others, or for functions")
    }
  }

  // MARK: - Targets

  func target(_ type: ProgramType, _ configuration: ProgramConfiguration) -> AccessTarget? {
    guard let addresses = callbackTypes[type.name], let isValid = addresses.isValidAccess else {
      return nil
    }
    return add(
      AccessProbe.Target(
        isValidAccess: isValid, convertAccess: addresses.convertAccess,
        type: UInt32(type.number), attachType: UInt32(configuration.attachType), isSocketPointer: false))
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
        isSocketPointer: true))
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

  /// A fault with the names of functions in place of their addresses.
  func describe(_ reason: UntoldReason) -> String {
    guard case .fault(let fault) = reason else { return reason.text }
    func name(_ address: UInt64) -> String {
      guard let (name, offset) = image.symbols.nearest(to: address) else { return hexadecimal(address) }
      return offset == 0 ? name : "\(name)+\(hexadecimal(offset))"
    }
    return "\(name(fault.function)) at \(name(fault.programCounter)): \(fault.reason)"
  }

  var untoldPrivilege: String { "whether an access needs privilege is not told" }
}
