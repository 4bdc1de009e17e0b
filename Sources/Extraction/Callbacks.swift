import BPF
import ByteReading
import Emulation
import KernelImage

/// Calls the verifier's callbacks of one kernel on an emulated processor.
///
/// A call is made once for all the programs that it can't tell apart: the machine observes which members of `struct
/// bpf_prog` a callback reads, and an answer that was found without reading the program type or the attach type holds for
/// every program.
final class Callbacks {
  /// Who asks: the part of `struct bpf_prog` that a program brings with it.
  struct Program: Hashable {
    let type: UInt32
    let attachType: UInt32
    /// What callbacks wrote to the program before; see `ProgramStates`.
    var state: Int
  }

  /// What `is_valid_access` says of an access.
  struct Validity {
    let isValid: Bool
    /// `info->reg_type` and `info->btf_id`.
    let registerType: UInt32
    let typeID: UInt32
    /// `info->ctx_field_size`: how wide the field is that a narrower access reads a part of, or 0.
    let fieldSize: Int
    /// Whether a program without capabilities is refused.
    let needsPrivilege: Bool
    /// What a program is refused without.
    let requirements: [Requirement]
    /// The state that the callback left the program in, where it wrote to it.
    let newState: Int?
    /// The members of the program that it wrote to.
    let marks: [String]
  }

  /// What `convert_ctx_access` makes of an instruction. One object an answer, so that what is made of it is made once.
  final class Converted {
    /// How many instructions it says it wrote.
    let count: UInt32
    /// The instructions; none where the count is 0 or larger than any buffer.
    let code: [Instruction]
    /// `*target_size`.
    let targetSize: Int
    /// The members of the program that it wrote to.
    let marks: [String]

    init(count: UInt32, code: [Instruction], targetSize: Int, marks: [String]) {
      self.count = count
      self.code = code
      self.targetSize = targetSize
      self.marks = marks
    }
  }

  let machine: Machine
  let layout: VerifierLayout
  let byteOrder: ByteOrder
  private(set) var states: ProgramStates
  /// Names that callbacks looked up in the kernel's BTF; the id that they got is an index into it.
  private(set) var lookedUpTypes: [String] = []
  /// The first of the ids that are given out for names that callbacks look up.
  static let firstLookedUpType: UInt32 = 0x4000_0000

  private var validities: [QuestionKey: Result<Validity, Fault>] = [:]
  private var conversions: [QuestionKey: Result<Converted, Fault>] = [:]

  init(_ image: KernelImage, _ layout: VerifierLayout) throws(EmulationError) {
    machine = try Machine(image)
    self.layout = layout
    byteOrder = image.architecture.byteOrder
    states = ProgramStates(layout)
    try machine.observeReads(ofScratch: ScratchLayout.program, count: layout.programSize)
    if !layout.auxAttachMembers.isEmpty {
      try machine.observeReads(ofScratch: ScratchLayout.aux, count: layout.auxSize)
    }
    try installAnswers(image)
    try Instrumentation(machine, image).answer()
  }

  /// The callbacks that looked at what the program is attached to (`attach_func_proto` and other members of `struct
  /// bpf_prog_aux` that are named so), by address.
  private(set) var lookingAtAttachTarget: Set<UInt64> = []

  /// The callbacks whose answers depend on the expected attach type, by address.
  private(set) var lookingAtAttachType: Set<UInt64> = []

  /// Functions that are answered, not run: they ask for the task that loads the program, write messages, or look a type
  /// up in the running kernel's own BTF.
  private func installAnswers(_ image: KernelImage) throws(EmulationError) {
    for (name, argument) in [("capable", 0), ("ns_capable", 1), ("bpf_token_capable", 1)] {
      for address in image.symbols.addresses(of: name) {
        try machine.answerCapabilityCheck(address, argument: argument)
      }
    }
    for address in image.symbols.addresses(of: "security_locked_down") {
      try machine.answerLockdownCheck(address)
    }
    // What a kernel does besides when it gives bpf_trace_printk or bpf_probe_write_user (kernel/trace/bpf_trace.c).
    for name in [
      "bpf_log", "__warn_printk", "_printk", "printk", "___ratelimit", "queue_work_on", "trace_set_clr_event",
    ] {
      for address in image.symbols.addresses(of: name) {
        try machine.answer(address) { 0 }
      }
    }
    // Memory that bpf_get_skb_set_tunnel_proto (net/core/filter.c) keeps for the helper that it gives; it is not looked into.
    let memory = machine.scratch.address + UInt64(ScratchLayout.kernelTypes)
    for address in image.symbols.addresses(of: "metadata_dst_alloc_percpu") {
      try machine.answer(address) { memory }
    }
    let kernelTypes = machine.scratch.address + UInt64(ScratchLayout.kernelTypes)
    for address in image.symbols.addresses(of: "bpf_get_btf_vmlinux") {
      try machine.answer(address) { kernelTypes }
    }
    for address in image.symbols.addresses(of: "btf_find_by_name_kind") {
      try machine.answer(address) { [unowned self] in
        let name = (try? image.memory.string(at: machine.argument(1))) ?? "?"
        return UInt64(Self.firstLookedUpType) + UInt64(identify(name))
      }
    }
  }

  private func identify(_ name: String) -> Int {
    if let known = lookedUpTypes.firstIndex(of: name) { return known }
    lookedUpTypes.append(name)
    return lookedUpTypes.count - 1
  }

  // MARK: - Questions

  /// One question, with as much of the program as the answer depended on.
  private struct QuestionKey: Hashable {
    let function: UInt64
    let question: UInt64
    let type: UInt32?
    let attachType: UInt32?
    let state: Int?
  }

  /// The keys under which an answer may stand, from the most general to the most special.
  private func keys(_ function: UInt64, _ question: UInt64, _ program: Program) -> [QuestionKey] {
    [
      QuestionKey(function: function, question: question, type: nil, attachType: nil, state: nil),
      QuestionKey(
        function: function, question: question, type: program.type, attachType: nil, state: nil),
      QuestionKey(
        function: function, question: question, type: nil, attachType: program.attachType,
        state: nil),
      QuestionKey(
        function: function, question: question, type: program.type, attachType: program.attachType,
        state: program.state),
    ]
  }

  /// The key that names what the last call read of the program.
  private func observedKey(
    _ function: UInt64, _ question: UInt64, _ program: Program, dependsOnState: Bool
  ) -> QuestionKey {
    let all = keys(function, question, program)
    guard machine.didReadObserved || dependsOnState else { return all[0] }
    let base = ScratchLayout.program
    let readsType = machine.didRead(scratch: base + layout.programTypeOffset, count: 4)
    let readsAttachType = machine.didRead(scratch: base + layout.programAttachTypeOffset, count: 4)
    if readsAttachType { lookingAtAttachType.insert(function) }
    let readsOther =
      dependsOnState || states.otherMembers.contains { machine.didRead(scratch: base + $0.lowerBound, count: $0.count) }
    switch (readsType, readsAttachType, readsOther) {
    case (false, false, false): return all[0]
    case (true, false, false): return all[1]
    case (false, true, false): return all[2]
    default: return all[3]
    }
  }

  /// Asks `is_valid_access` at `function` about an access.
  ///
  /// - Parameter takesProgram: false for the callbacks of socket pointers, which get no `struct bpf_prog`.
  /// - Parameter isSignExtending: the load is one that extends the sign (`info->is_ldsx`).
  func validity(
    _ function: UInt64, _ program: Program, offset: Int, size: Int, isWrite: Bool,
    isSignExtending: Bool, takesProgram: Bool
  ) -> Result<Validity, Fault> {
    let question =
      UInt64(UInt32(truncatingIfNeeded: offset)) | UInt64(size) << 32 | (isWrite ? 1 << 40 : 0)
      | (isSignExtending ? 1 << 41 : 0)
    for key in keys(function, question, program) {
      if let known = validities[key] { return known }
    }
    let answer: Result<Validity, Fault>
    do throws(Fault) {
      answer = .success(
        try machine.withUndefinedVariables(comparedBy: \.decision) { () throws(Fault) in
          try ask(function, program, offset, size, isWrite, isSignExtending, takesProgram)
        })
    } catch {
      answer = .failure(error)
    }
    if layout.auxAttachMembers.contains(where: {
      machine.didRead(scratch: ScratchLayout.aux + $0.lowerBound, count: $0.count)
    }) {
      lookingAtAttachTarget.insert(function)
    }
    // What a callback that writes leaves in the program depends on what was there before.
    let writes = (try? answer.get().newState) != nil
    validities[observedKey(function, question, program, dependsOnState: writes)] = answer
    return answer
  }

  private func ask(
    _ function: UInt64, _ program: Program, _ offset: Int, _ size: Int, _ isWrite: Bool,
    _ isSignExtending: Bool, _ takesProgram: Bool
  ) throws(Fault) -> Validity {
    func call() throws(Fault) -> Bool {
      prepare(program)
      prepareInfo(isSignExtending: isSignExtending)
      let info = machine.scratch.address + UInt64(ScratchLayout.info)
      let access = isWrite ? layout.writeAccess : layout.readAccess
      let result =
        takesProgram
        ? try machine.call(
          function, UInt64(offset), UInt64(size), access,
          machine.scratch.address + UInt64(ScratchLayout.program), info)
        : try machine.call(function, UInt64(offset), UInt64(size), access, info)
      return result & 0xff != 0
    }
    let isValid = try call()
    let needed = isValid ? try requirements { () throws(Fault) -> Bool in try call() } : []
    if !needed.isEmpty { _ = try call() }
    let info = ScratchLayout.info
    return Validity(
      isValid: isValid,
      registerType: machine.scratch.load(at: info + layout.infoRegisterTypeOffset),
      typeID: layout.infoTypeIDOffset.map { machine.scratch.load(at: info + $0) } ?? 0,
      fieldSize: Int(machine.scratch.load(Int32.self, at: info + layout.infoFieldSizeOffset)),
      needsPrivilege: !needed.isEmpty, requirements: needed,
      newState: states.read(machine.scratch, after: program.state), marks: marks(after: program))
  }

  /// Asks `convert_ctx_access` at `function` for the instructions that replace `instruction`.
  func conversion(
    _ function: UInt64, _ program: Program, _ instruction: Instruction, isWrite: Bool
  ) -> Result<Converted, Fault> {
    let question = instruction.word(.little)
    for key in keys(function, question, program) {
      if let known = conversions[key] { return known }
    }
    let answer: Result<Converted, Fault>
    do throws(Fault) {
      answer = .success(
        try machine.withUndefinedVariables(comparedBy: \.decision) { () throws(Fault) in
          try convert(function, program, instruction, isWrite)
        })
    } catch {
      answer = .failure(error)
    }
    conversions[observedKey(function, question, program, dependsOnState: false)] = answer
    return answer
  }

  private func convert(
    _ function: UInt64, _ program: Program, _ instruction: Instruction, _ isWrite: Bool
  ) throws(Fault) -> Converted {
    prepare(program)
    let scratch = machine.scratch
    scratch.store(instruction.word(byteOrder), at: ScratchLayout.instruction)
    scratch.clear(at: ScratchLayout.instructionBuffer, count: 64 * Instruction.byteCount)
    scratch.store(UInt32(0), at: ScratchLayout.targetSize)
    let count = UInt32(
      truncatingIfNeeded: try machine.call(
        function, isWrite ? layout.writeAccess : layout.readAccess,
        scratch.address + UInt64(ScratchLayout.instruction),
        scratch.address + UInt64(ScratchLayout.instructionBuffer),
        scratch.address + UInt64(ScratchLayout.program),
        scratch.address + UInt64(ScratchLayout.targetSize)))
    var code: [Instruction] = []
    if count <= 64 {
      for index in 0..<Int(count) {
        let offset = ScratchLayout.instructionBuffer + index * Instruction.byteCount
        code.append(Instruction(word: scratch.load(at: offset), byteOrder))
      }
    }
    return Converted(
      count: count, code: code,
      targetSize: Int(scratch.load(UInt32.self, at: ScratchLayout.targetSize)), marks: marks(after: program))
  }

  /// The members of the program that the last call has written to.
  func marks(after program: Program) -> [String] {
    layout.marks.names(states.changes(machine.scratch, after: program.state), machine.scratch, byteOrder)
  }

  /// Calls a function that takes one integer and nothing else.
  func ask(_ function: UInt64, _ argument: UInt64) throws(Fault) -> UInt64 {
    try machine.call(function, argument)
  }

  /// What the task must be granted for the answer of the last call: without each of it the answer is another one.
  ///
  /// - Parameter isSame: makes the call again, and tells whether the answer is the same.
  func requirements(_ isSame: () throws(Fault) -> Bool) throws(Fault) -> [Requirement] {
    let asked = machine.requirements
    guard !asked.isEmpty else { return [] }
    defer { machine.refusal = .nothing }
    var needed: [Requirement] = []
    for requirement in asked where !needed.contains(requirement) {
      machine.refusal = .only(requirement)
      if try !isSame() { needed.append(requirement) }
    }
    guard needed.isEmpty else { return needed }
    // One of several is enough.
    machine.refusal = .everything
    if try !isSame() { needed = [asked[0]] }
    return needed
  }

  func prepare(_ program: Program) {
    let scratch = machine.scratch
    let base = ScratchLayout.program
    states.write(program.state, to: scratch)
    scratch.store(program.type, at: base + layout.programTypeOffset)
    scratch.store(program.attachType, at: base + layout.programAttachTypeOffset)
    scratch.store(
      scratch.address + UInt64(ScratchLayout.aux), at: base + layout.programAuxOffset)
    scratch.clear(at: ScratchLayout.aux, count: layout.auxSize)
  }

  /// `struct bpf_insn_access_aux` as `check_mem_access` (kernel/bpf/verifier.c) hands it over.
  private func prepareInfo(isSignExtending: Bool) {
    let scratch = machine.scratch
    let info = ScratchLayout.info
    scratch.clear(at: info, count: layout.infoSize)
    scratch.store(layout.names.registerTypes.scalar, at: info + layout.infoRegisterTypeOffset)
    if let offset = layout.infoLogOffset {
      scratch.store(scratch.address + UInt64(ScratchLayout.log), at: info + offset)
    }
    if isSignExtending, let offset = layout.infoIsSignExtendingOffset {
      scratch.store(UInt8(1), at: info + offset)
    }
  }
}

extension Callbacks.Validity {
  /// What is compared where an answer was found twice.
  fileprivate var decision: [UInt64] {
    [isValid ? 1 : 0, UInt64(registerType), UInt64(typeID), UInt64(bitPattern: Int64(fieldSize)), UInt64(newState ?? 0)]
      + requirements.map { if case .capability(let number) = $0 { UInt64(number) } else { .max } }
  }
}

extension Callbacks.Converted {
  /// What is compared where an answer was found twice.
  fileprivate var decision: [UInt64] { [UInt64(count), UInt64(targetSize)] + code.map { $0.word(.little) } }
}
