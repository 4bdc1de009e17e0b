import ByteReading
import Emulation
import KernelImage
import TypeGraph

/// Asks the verifier whether it takes an access through a context pointer that something was added to.
///
/// `check_mem_access` (kernel/bpf/verifier.c) decides that, by kernel and program type, before it asks `is_valid_access`:
/// "dereference of modified ctx ptr". So it is this function that is called, for a verifier with one program and one
/// register.
final class ModifiedPointerProbe {
  private let callbacks: Callbacks
  private let function: UInt64
  private let layout: EnvironmentLayout

  /// nil where the build has no function of this name, or one that takes other arguments than it is known to.
  init?(_ callbacks: Callbacks, _ image: KernelImage, _ types: TypeGraph) {
    guard let function = image.symbols.address(of: "check_mem_access"),
      let layout = try? EnvironmentLayout(types, callbacks.layout.names)
    else { return nil }
    self.callbacks = callbacks
    self.function = function
    self.layout = layout
  }

  /// Whether programs of this kind may add a constant to the context pointer and then access the context; nil where that
  /// can't be told.
  ///
  /// - Parameter operations: the address of their `struct bpf_verifier_ops`.
  /// - Parameter offset: of a read of `size` bytes that the verifier takes.
  func takesModifiedPointers(_ target: AccessProbe.Target, operations: UInt64, offset: Int, size: Int) -> Bool? {
    func accepts(adding added: Int, _ offset: Int) -> Bool? {
      try? self.accepts(target, operations, adding: added, offset, size)
    }
    // The answer counts where the function takes the access as it is, and minds what is added.
    let added = offset > 0 ? offset : 8
    guard accepts(adding: 0, offset) == true, accepts(adding: 1 << 20, offset) == false,
      accepts(adding: -added, offset + added) == false
    else { return nil }
    return accepts(adding: added, offset - added)
  }

  private func accepts(
    _ target: AccessProbe.Target, _ operations: UInt64, adding added: Int, _ offset: Int, _ size: Int
  ) throws(Fault) -> Bool {
    callbacks.prepare(Callbacks.Program(type: target.type, attachType: target.attachType, state: 0))
    layout.write(operations: operations, added: added, to: callbacks.machine.scratch)
    let arguments = layout.arguments(callbacks.machine.scratch.address, offset: offset, size: size, callbacks.layout.readAccess)
    let result = try callbacks.machine.call(function, arguments: arguments)
    return UInt32(truncatingIfNeeded: result) == 0
  }
}
