import BPF
import Emulation

/// A way to access a context.
public enum AccessKind: String, Sendable, Hashable, CaseIterable {
  /// `BPF_LDX | BPF_MEM`
  case read
  /// `BPF_LDX | BPF_MEMSX`
  case readSignExtending = "readsx"
  /// `BPF_STX | BPF_MEM`
  case write
  /// `BPF_ST | BPF_MEM`
  case writeImmediate = "writeimm"

  public var isWrite: Bool { self == .write || self == .writeImmediate }
}

/// A choice of the registers of an access: which one holds the context, and which one the value.
///
/// A conversion may need a scratch register and picks one that the access does not use, so the choice can matter.
public enum AccessRegisters: String, Sendable, Hashable, CaseIterable {
  case different = "diff"
  case same
  case high = "r9"
  case highest = "r8r9"

  public var base: UInt8 {
    switch self {
    case .different, .same: 1
    case .high: 6
    case .highest: 8
    }
  }

  public var value: UInt8 {
    switch self {
    case .different: 2
    case .same: 1
    case .high, .highest: 9
    }
  }
}

/// What the verifier does with an access.
enum AccessOutcome {
  case rejected
  case accepted(AcceptedAccess)
  /// `is_valid_access` takes it, and the verifier refuses the program all the same (`verifier bug`, formerly `bpf
  /// verifier is misconfigured`): the conversion is empty, too long, or tells no size.
  case misconfigured(String)
  /// It can't be told: a callback did not return.
  case hole(Fault)
}

/// An access that the verifier lets through.
struct AcceptedAccess {
  let registerType: UInt32
  let typeID: UInt32
  let needsPrivilege: Bool
  /// What replaces the access, as the verifier leaves it.
  let code: [Instruction]
  /// The state that the callbacks left the program in, where they wrote to it.
  let newState: Int?
}
