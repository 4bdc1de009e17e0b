import ByteReading
import ContextABI
import Emulation

/// Something that knows a kernel's verifier: asked about an access, it tells what the verifier does with it.
///
/// There are two: `EmulatedVerifier` runs the callbacks of a kernel image, `LiveVerifier` loads programs into the running
/// kernel. All that is made of their answers (sweeps, rules, snapshots, listings) is the same.
protocol VerifierOracle: AnyObject {
  var byteOrder: ByteOrder { get }
  /// The kinds of access that the kernel has.
  var kinds: [AccessKind] { get }
  /// The program types that the kernel has and that can be asked for, in the order of their numbers.
  var programTypes: [ProgramType] { get }
  /// What there is to say of program types and configurations that can't be asked for. Whole when all others have been.
  var remarks: [OracleRemark] { get }
  /// Attach types that this version of ctxabi does not know, with the program types for which they make a difference.
  var unknownAttachTypes: [(type: ProgramType, configuration: ProgramConfiguration)] { get }
  /// Numbers of the configuration that the kernel's data tells.
  var configuredNumbers: [String: UInt64] { get }
  /// How long the kernel's callbacks have run in an emulator so far.
  var emulationTime: Duration { get }

  /// What programs get besides their contexts; nil where this verifier does not tell.
  var interface: ExtractedInterface? { get }

  /// What is accessed by programs of this type in this configuration; nil where the kernel has no such programs, or where
  /// they can't be asked for.
  func target(_ type: ProgramType, _ configuration: ProgramConfiguration) -> AccessTarget?
  /// What is accessed through `pointer`, which programs of this type get; nil where the kernel has no such pointers, or
  /// where they can't be asked for.
  func target(
    _ pointer: SocketPointer, _ type: ProgramType, _ contexts: ContextPair
  ) -> AccessTarget?

  /// What the verifier does with one access of a program that earlier accesses left in `state`.
  func outcome(
    _ target: AccessTarget, state: Int, _ kind: AccessKind, offset: Int, size: Int,
    registers: AccessRegisters, immediate: Int32
  ) -> AccessOutcome
  /// Whether programs may add a constant to the pointer before they access the context; nil where that can't be told, and for
  /// socket pointers.
  ///
  /// - Parameter offset: of a read of `size` bytes that is accepted.
  func takesModifiedPointers(_ target: AccessTarget, offset: Int, size: Int) -> Bool?
  /// Whether accesses to the target may be converted: where not, the choice of registers can't matter.
  func mayConvert(_ target: AccessTarget) -> Bool
  /// Whether the answers for the target depend on what a program is attached to. Told after it has been asked for.
  func dependsOnAttachTarget(_ target: AccessTarget) -> Bool

  /// The name of the structure with this id, which an answer named.
  func typeName(_ id: UInt32) -> String?
  /// What kept an access from being told, in words.
  func describe(_ reason: UntoldReason) -> String
  /// What is to be said of everything that a callback was asked which has failed so often that it is asked no more; nil where
  /// that is not so.
  func lastReason(_ reason: UntoldReason) -> UntoldReason?
  /// Why answers leave open whether an access needs privilege, where they do.
  var untoldPrivilege: String { get }
}

extension VerifierOracle {
  var interface: ExtractedInterface? { nil }

  func lastReason(_ reason: UntoldReason) -> UntoldReason? { nil }
}

/// What is accessed: a number that the oracle gave out.
struct AccessTarget: Hashable {
  let number: Int
}

/// Something about the programs of one type or configuration.
struct OracleRemark {
  /// The name of the type or of the configuration.
  let name: String
  let kind: CoverageItem.Kind
  let reason: String
}

/// What kept an access from being told.
enum UntoldReason: Hashable {
  /// A callback did not return.
  case fault(Fault)
  /// The kernel refused the program for something else than the access; its words.
  case refusal(String)

  /// The reason with addresses as numbers.
  var text: String {
    switch self {
    case .fault(let fault): "\(hexadecimal(fault.function)) at \(hexadecimal(fault.programCounter)): \(fault.problem)"
    case .refusal(let words): words
    }
  }
}

extension VerifierOracle {
  /// What the verifier does with one access of `subject`.
  func outcome(
    _ subject: Subject, _ kind: AccessKind, offset: Int, size: Int,
    registers: AccessRegisters = .different, immediate: Int32 = probedImmediate
  ) -> AccessOutcome {
    outcome(
      subject.target, state: subject.state, kind, offset: offset, size: size, registers: registers,
      immediate: immediate)
  }
}

/// The immediate of a probed `BPF_ST`, where nothing else is asked for.
let probedImmediate: Int32 = 0x11

/// Immediates that a conversion may treat differently: small, none, all bits, and around the widths of fields.
let differingImmediates: [Int32] = [probedImmediate, 0, -1, 0xffff, 0x10000, 0x7fff_ffff]
