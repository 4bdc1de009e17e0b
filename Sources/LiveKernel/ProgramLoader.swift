import BPF

/// A program that a kernel is asked to load.
public struct ProgramDraft: Hashable, Sendable {
  /// The numbers of `enum bpf_prog_type` and `enum bpf_attach_type`.
  public var type: UInt32
  public var attachType: UInt32
  /// `prog_flags` of bpf(2): `BPF_F_SLEEPABLE` and others.
  public var flags: UInt32
  public var code: [Instruction]

  public init(type: UInt32, attachType: UInt32, flags: UInt32, code: [Instruction]) {
    self.type = type
    self.attachType = attachType
    self.flags = flags
    self.code = code
  }
}

/// What a kernel does with a program.
public enum LoadResult: Hashable, Sendable {
  /// It is loaded, and these are its instructions as the verifier left them.
  case translated([Instruction])
  /// It is loaded, but the kernel does not show its instructions.
  case withheld
  /// It is refused, with this error number.
  case refused(Int32)
}

/// Something that loads programs: the running kernel, or what a test puts in its place.
///
/// No program outlives the call that loads it, and none is attached to anything.
public protocol ProgramLoader: AnyObject {
  /// Loads `program`, and reads its translated instructions back.
  func load(_ program: ProgramDraft) -> LoadResult
  /// Loads `program` once more, and returns the verifier's log: with the state of the registers after each instruction
  /// (`BPF_LOG_LEVEL2`), or without.
  func log(of program: ProgramDraft, withStates: Bool) -> String
  /// Loads `program` as a process without capabilities would. nil where it is accepted, else the error number.
  func refusalWithoutPrivilege(_ program: ProgramDraft) -> Int32?
  /// The descriptor of a map of XDP sockets with one entry, which is empty; nil where the kernel makes none.
  func socketMap() -> Int32?
}
