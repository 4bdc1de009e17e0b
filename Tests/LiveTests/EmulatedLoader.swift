import BPF
import ContextABI
import Glibc
import KernelImage
import LiveKernel
import TypeGraph

@testable import Extraction

/// A kernel to load programs into that is none: it verifies and translates them as its image's callbacks say, and refuses
/// what a kernel refuses for other reasons.
///
/// It knows of a program only what a kernel gets: its instructions.
final class EmulatedLoader: ProgramLoader {
  private let verifier: EmulatedVerifier
  private let names: VerifierNames
  private let types: TypeGraph
  private var targets: [Subject: AccessTarget?] = [:]
  /// How many programs were loaded.
  private(set) var loads = 0
  /// What is done to every answer; a test breaks the kernel by it.
  var damage: (ProgramDraft, LoadResult) -> LoadResult = { $1 }

  private struct Subject: Hashable {
    let type: UInt32
    let attachType: UInt32
    let pointer: String?
  }

  init(_ image: KernelImage, _ types: TypeGraph) throws {
    self.types = types
    names = try VerifierNames(types)
    verifier = try EmulatedVerifier(image, names, types, kernelTypes: nil)
  }

  func load(_ program: ProgramDraft) -> LoadResult {
    loads += 1
    return damage(program, verify(program).result)
  }

  func log(of program: ProgramDraft, withStates: Bool) -> String {
    let verified = verify(program)
    return withStates ? verified.states : verified.log
  }

  func refusalWithoutPrivilege(_ program: ProgramDraft) -> Int32? {
    // bpf_prog_load, kernel/bpf/syscall.c: BPF_PROG_TYPE_SOCKET_FILTER and BPF_PROG_TYPE_CGROUP_SKB
    guard [1, 8].contains(program.type) else { return EPERM }
    let verified = verify(program)
    if case .refused(let code) = verified.result { return code }
    return verified.needsPrivilege ? EACCES : nil
  }

  func socketMap() -> Int32? { 77 }

  // MARK: - Verification

  private struct Verified {
    var result: LoadResult
    var log = ""
    var states = ""
    var needsPrivilege = false
  }

  /// An instruction that accesses the context, or what the program was handed.
  private struct Access {
    let index: Int
    let kind: AccessKind
    let size: Int
    let registers: Registers
    /// What was added to the pointer before.
    let added: Int

    enum Registers { case usual(AccessRegisters), other(value: UInt8) }
  }

  private func verify(_ program: ProgramDraft) -> Verified {
    guard let target = target(of: program) else { return Verified(result: .refused(EINVAL)) }
    if let problem = problem(program) { return Verified(result: .refused(EINVAL), log: problem) }
    let accesses = accesses(in: program.code)
    var verified = Verified(result: .refused(EACCES))
    // First the checks, which may leave something in the program, then the conversions.
    var state = 0
    for access in accesses {
      // check_mem_access of kernels before 6.4: "BPF_ST stores into R1 ctx is not allowed"
      guard verifier.kinds.contains(access.kind) else { return Verified(result: .refused(EACCES)) }
      switch outcome(target, state, access, program.code) {
      case .accepted(let accepted):
        state = accepted.newState ?? state
        verified.needsPrivilege = verified.needsPrivilege || accepted.needsPrivilege == true
        verified.states += line(access, accepted, program.code)
      case .misconfigured:
        return Verified(result: .refused(EINVAL), log: "bpf verifier is misconfigured\nprocessed 9 insns")
      case .rejected, .hole: return Verified(result: .refused(EACCES), log: "invalid bpf_context access")
      }
    }
    // A prologue, as gen_prologue may write one.
    var code = [Instruction(code: 0xbf, destination: 9, source: 1)]
    var next = accesses[...]
    for (index, instruction) in program.code.enumerated() {
      guard let access = next.first, access.index == index else {
        code.append(instruction)
        continue
      }
      next = next.dropFirst()
      guard case .accepted(let accepted) = outcome(target, state, access, program.code) else {
        return Verified(result: .refused(EFAULT), log: "verifier bug")
      }
      code += accepted.code
    }
    verified.result = .translated(code)
    return verified
  }

  private func outcome(
    _ target: AccessTarget, _ state: Int, _ access: Access, _ code: [Instruction]
  ) -> AccessOutcome {
    let offset = Int(code[access.index].offset) + access.added
    if access.added != 0 {
      guard access.added > 0, verifier.takesModifiedPointers(target, offset: offset, size: access.size) == true else {
        return .rejected
      }
    }
    var registers = AccessRegisters.different
    if case .usual(let usual) = access.registers { registers = usual }
    return verifier.outcome(
      target, state: state, access.kind, offset: offset, size: access.size,
      registers: registers, immediate: code[access.index].immediate)
  }

  /// What some program types demand (check_return_code and check_attach_btf_id, kernel/bpf/verifier.c).
  private func problem(_ program: ProgramDraft) -> String? {
    let name = names.programTypes.first { $0.value == Int(program.type) }?.name
    if (name == "SYSCALL") != (program.flags & 16 != 0) { return "only some programs can be sleepable" }
    if !verifier.kinds.contains(.readSignExtending), program.code.contains(where: { $0.code & 0xe7 == 0x81 }) {
      return "unknown opcode 91"
    }
    let result = program.code.last { $0.code == 0xb7 && $0.destination == 0 }?.immediate
    if name == "CGROUP_SOCK_ADDR", (29...32).contains(program.attachType), result != 1 {
      return "At program exit the register R0 has value 0 should have been in [1, 1]"
    }
    return nil
  }

  // MARK: - Programs

  private func target(of program: ProgramDraft) -> AccessTarget? {
    let setUp = program.code.prefix { $0.code != 0xbf || $0.destination != 6 }
    let call = setUp.last { $0.code == 0x85 }?.immediate
    let isSocket = setUp.contains { $0.code == 0x79 && $0.destination == 1 && $0.source == 1 }
    let pointer: String? =
      switch call {
      case 1: "ptr:xdp_sock"
      case 95: "ptr:sock"
      case 96: "ptr:tcp_sock"
      default: isSocket ? "ptr:sock_common" : nil
      }
    let subject = Subject(type: program.type, attachType: program.attachType, pointer: pointer)
    if let known = targets[subject] { return known }
    let found = find(subject)
    targets[subject] = found
    return found
  }

  private func find(_ subject: Subject) -> AccessTarget? {
    guard let type = verifier.programTypes.first(where: { $0.number == Int(subject.type) }) else { return nil }
    if let name = subject.pointer {
      guard let pointer = SocketPointer.all.first(where: { $0.name == name }), let contexts = type.contexts
      else { return nil }
      return verifier.target(pointer, type, contexts)
    }
    let row =
      ProgramConfiguration.all.first {
        $0.programType == type.name && $0.attachType == Int(subject.attachType)
      } ?? .named(type.name, 0, nil, offsets: 0)
    let isKnown = row.attachName.map { names.attachTypes[$0] == row.attachType } ?? true
    return isKnown || !row.isCheckedAtLoad ? verifier.target(type, row) : nil
  }

  /// The accesses are what comes from a register that holds the context when everything has been set up.
  private func accesses(in code: [Instruction]) -> [Access] {
    guard let start = code.firstIndex(where: { $0.code == 0xbf && $0.destination == 6 }) else { return [] }
    return code.indices.dropFirst(start + 1).compactMap { index in
      let instruction = code[index]
      let kind: AccessKind
      switch (instruction.instructionClass, instruction.mode) {
      case (.loadRegister, AccessMode.memory): kind = .read
      case (.loadRegister, AccessMode.memorySignExtended): kind = .readSignExtending
      case (.storeRegister, AccessMode.memory): kind = .write
      case (.store, AccessMode.memory): kind = .writeImmediate
      default: return nil
      }
      let base = kind.isWrite ? instruction.destination : instruction.source
      let value = kind.isWrite ? instruction.source : instruction.destination
      let usual = AccessRegisters.allCases.first {
        $0.base == base && (kind == .writeImmediate || $0.value == value)
      }
      // r1 += constant
      let addition = code[start..<index].last { $0.code == 0x07 && $0.destination == base }
      return Access(
        index: index, kind: kind, size: instruction.accessSize,
        registers: usual.map { .usual($0) } ?? .other(value: value), added: addition.map { Int($0.immediate) } ?? 0)
    }
  }

  // MARK: - The log

  /// `reg_type_str`, kernel/bpf/log.c
  private static let words = [
    "SCALAR_VALUE": "scalar(smin=0)", "PTR_TO_PACKET": "pkt(r=0)", "PTR_TO_PACKET_META": "pkt_meta(r=0)",
    "PTR_TO_PACKET_END": "pkt_end()", "PTR_TO_SOCKET": "sock()", "PTR_TO_SOCKET_OR_NULL": "sock_or_null(id=1)",
    "PTR_TO_SOCK_COMMON_OR_NULL": "sock_common_or_null(id=2)", "PTR_TO_FLOW_KEYS": "flow_keys()",
    "PTR_TO_TP_BUFFER": "tp_buffer()",
  ]

  private func line(_ access: Access, _ accepted: AcceptedAccess, _ code: [Instruction]) -> String {
    guard !access.kind.isWrite, let type = accepted.registerType else { return "" }
    let name = names.registerTypes.name(of: type)
    var words = Self.words[name] ?? "unheard_of()"
    if name == "PTR_TO_BTF_ID | PTR_TRUSTED" {
      words = "trusted_ptr_\(verifier.typeName(accepted.typeID) ?? "")()"
    }
    let value = code[access.index].destination
    return "\(access.index): (61) r\(value) = *(u32 *)(r1 +0) ; R1=ctx() R\(value)_w=\(words)\n"
  }
}
