import BPF
import ContextABI
import Emulation

/// What the verifier does with an access.
enum AccessOutcome {
  case rejected
  case accepted(AcceptedAccess)
  /// `is_valid_access` takes it, and the verifier refuses the program all the same (`verifier bug`, formerly `bpf
  /// verifier is misconfigured`): the conversion is empty, too long, or tells no size.
  case misconfigured(String)
  /// It can't be told.
  case hole(UntoldReason)
}

/// An access that the verifier lets through.
struct AcceptedAccess {
  /// The register type that a read gives, and the id of the structure that it points to; nil where it is not told.
  let registerType: UInt32?
  let typeID: UInt32
  /// nil where it is not told.
  let needsPrivilege: Bool?
  /// What the access, widened to the whole field where it is narrower, is converted to; nil where nothing converts it, or
  /// where only the final instructions are known.
  let conversion: Callbacks.Converted?
  /// The final instructions, where there is no conversion: the access itself, or all that stands in its place.
  let kept: [Instruction]
  /// The part of the converted value that is read; nil for all of it.
  let narrowing: Narrowing?
  /// How many bits the sign is extended from behind the conversion.
  let signExtension: Int?
  /// The register that a read reads into.
  let value: UInt8
  /// The state that the callbacks left the program in, where they wrote to it.
  let newState: Int?
  /// The members of the program that the callbacks wrote to (`cb_access`).
  var marks: [String] = []
  /// What a program is refused without, where that is told.
  var requirements: [Requirement] = []

  /// A part of a field that was read as a whole.
  struct Narrowing: Hashable {
    /// In bits.
    let shift: Int
    let width: Int
    let fieldSize: Int
  }

  /// What replaces the access, as the verifier leaves it.
  var code: [Instruction] {
    var code = conversion?.code ?? kept
    if let narrowing { code += narrowing.instructions(for: value) }
    if let signExtension {
      code.append(
        Instruction(code: 0xbf, destination: value, source: value, offset: Int16(signExtension)))
    }
    return code
  }
}

extension AcceptedAccess.Narrowing {
  /// Shifts the wanted bytes of a field down and masks the others away (`convert_ctx_accesses`, kernel/bpf/verifier.c).
  func instructions(for register: UInt8) -> [Instruction] {
    var code: [Instruction] = []
    if shift > 0 {
      code.append(
        Instruction(
          code: fieldSize <= 4 ? 0x74 : 0x77, destination: register, immediate: Int32(shift)))
    }
    let mask = width == 32 ? -1 : Int32(1) << width - 1
    code.append(Instruction(code: 0x54, destination: register, immediate: mask))
    return code
  }
}

extension Instruction {
  /// The access of this kind to the `size` bytes at `offset` of a context.
  init(
    _ kind: AccessKind, offset: Int, size: Int, _ registers: AccessRegisters, immediate: Int32
  ) {
    let bits = Instruction.sizeBits(size)
    let offset = Int16(truncatingIfNeeded: offset)
    switch kind {
    case .read, .readSignExtending:
      let mode = kind == .read ? AccessMode.memory : AccessMode.memorySignExtended
      self.init(
        code: 0x01 | mode | bits, destination: registers.value, source: registers.base, offset: offset)
    case .write:
      self.init(
        code: 0x63 | bits, destination: registers.base, source: registers.value, offset: offset)
    case .writeImmediate:
      self.init(
        code: 0x62 | bits, destination: registers.base, offset: offset, immediate: immediate)
    }
  }
}
