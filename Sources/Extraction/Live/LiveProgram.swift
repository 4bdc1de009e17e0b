import BPF
import ContextABI
import LiveKernel

/// Writes the programs that ask the verifier for an access: as little as possible around it, and a marker on either side.
///
///     r6 = r1                 or set-up that leaves a socket in r6
///     …                       accesses that come before, and are not asked for
///     r1 = r6 ; r8 = r6       the registers of every choice hold the context
///     r7 = marker
///     the access
///     r7 = end marker
///     r0 = a value that programs of the type may return ; exit
///
/// What stands between the markers in the translated program is what `convert_ctx_accesses` (kernel/bpf/verifier.c) put in
/// place of the access; the prologue comes before them.
struct LiveProgram {
  let type: UInt32
  let attachType: UInt32
  let flags: UInt32
  /// The instructions that leave the pointer to what is accessed in r6.
  let setUp: [Instruction]
  let returnValue: Int32

  /// An access, and the instructions for the value that it stores.
  struct Step: Hashable {
    var kind: AccessKind
    let offset: Int
    let size: Int
    var registers: AccessRegisters = .different
    var immediate: Int32 = probedImmediate

    init(
      _ kind: AccessKind, offset: Int, size: Int, registers: AccessRegisters = .different,
      immediate: Int32 = probedImmediate
    ) {
      self.kind = kind
      self.offset = offset
      self.size = size
      self.registers = registers
      self.immediate = immediate
    }

    init(_ key: AccessKey) { self.init(key.kind, offset: key.offset, size: key.size) }

    var instruction: Instruction {
      Instruction(kind, offset: offset, size: size, registers, immediate: immediate)
    }
  }

  /// The program that makes these accesses one after the other.
  ///
  /// - Parameter first: an access that is made before the others and is not read back.
  func draft(_ steps: [Step], after first: AccessKey? = nil) -> ProgramDraft {
    var code = setUp
    if let first { code += unmarked(first) }
    code.append(.move(1, from: 6))
    code.append(.move(8, from: 6))
    for (index, step) in steps.enumerated() {
      // A store of the context pointer itself needs no value.
      if step.kind == .write, step.registers.value != step.registers.base {
        code.append(.move(step.registers.value, 0))
      }
      code.append(Self.marker(index))
      code.append(step.instruction)
      code.append(Self.endMarker)
    }
    code.append(.move(0, returnValue))
    code.append(.exit)
    return ProgramDraft(type: type, attachType: attachType, flags: flags, code: code)
  }

  /// The access alone, by way of r5.
  private func unmarked(_ key: AccessKey) -> [Instruction] {
    var access = Instruction(
      key.kind, offset: key.offset, size: key.size, .different, immediate: probedImmediate)
    guard key.kind.isWrite else {
      access.source = 6
      access.destination = 5
      return [access]
    }
    access.destination = 6
    if key.kind == .write { access.source = 5 }
    return [.move(5, 0), access]
  }

  /// The numbers of the instructions of `draft` that are the accesses it was made of.
  static func accesses(in draft: ProgramDraft) -> [Int] {
    draft.code.indices.filter { $0 > 0 && $0 + 1 < draft.code.count && draft.code[$0 + 1] == endMarker }
  }

  private static let markers: Int32 = 0x5eed_0000
  private static let endMarker = Instruction.move(7, 0x5eec_ffff)
  private static func marker(_ index: Int) -> Instruction { .move(7, markers + Int32(index)) }

  /// What stands in the place of access number `index` of a translated program; nil where its markers are not there.
  static func translation(of index: Int = 0, in code: [Instruction]) -> [Instruction]? {
    guard let start = code.firstIndex(of: marker(index)),
      let end = code[start...].firstIndex(of: endMarker)
    else { return nil }
    return Array(code[(start + 1)..<end])
  }
}

extension Instruction {
  /// `BPF_ALU64 | BPF_MOV | BPF_X`, and `| BPF_K`
  static func move(_ register: UInt8, from source: UInt8) -> Instruction {
    Instruction(code: 0xbf, destination: register, source: source)
  }

  static func move(_ register: UInt8, _ immediate: Int32) -> Instruction {
    Instruction(code: 0xb7, destination: register, immediate: immediate)
  }

  static let exit = Instruction(code: 0x95)
}
