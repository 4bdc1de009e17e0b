import BPF
import ContextABI
import Emulation
import KernelImage

/// Instructions that the kernel adds to programs, as its callbacks write them.
struct AddedInstructions: Hashable {
  let place: ProgramAddition.Place
  /// In bytes, of a load.
  let size: Int?
  let code: [Instruction]
  /// The functions that it calls, by the immediates of the calls.
  var functions: [Int32: CalledFunction] = [:]

  enum CalledFunction: Hashable {
    /// The verifier has yet to put the helper's address in the place of its number.
    case helper(String)
    /// The immediate is the distance to its code, which differs from build to build.
    case kernel(String)

    var name: String {
      switch self {
      case .helper(let name), .kernel(let name): name
      }
    }
  }
}

/// Asks what instructions the kernel puts around and into programs of a type.
final class AdditionProbe {
  private let callbacks: Callbacks
  private let image: KernelImage
  private let layout: InterfaceLayout
  /// What programs of any attach type get, by the address of their `struct bpf_verifier_ops`.
  private var known: [UInt64: [AddedInstructions]] = [:]
  private var readsProgram = false

  init(_ callbacks: Callbacks, _ image: KernelImage, _ layout: InterfaceLayout) {
    self.callbacks = callbacks
    self.image = image
    self.layout = layout
  }

  /// Everything that is added to programs of `subject`, whose `struct bpf_verifier_ops` is at `operations`.
  func all(_ subject: HelperSubject, operations: UInt64) throws(Fault) -> [AddedInstructions] {
    if let known = known[operations] { return known }
    readsProgram = false
    let result = try callbacks.machine.withUndefinedVariables(comparedBy: \.self) { () throws(Fault) in
      try around(subject, operations) + loads(subject, operations)
    }
    if !readsProgram { known[operations] = result }
    return result
  }

  private func around(_ subject: HelperSubject, _ operations: UInt64) throws(Fault) -> [AddedInstructions] {
    var result: [AddedInstructions] = []
    if let prologue = function(operations, layout.prologueOffset) {
      for (place, writes) in [(ProgramAddition.Place.prologue, UInt64(0)), (.prologueOfPacketWriters, 1)] {
        let code = try code(subject) { () throws(Fault) in try callbacks.machine.call(prologue, buffer, writes, program) }
        result.append(AddedInstructions(place: place, size: nil, code: code))
      }
    }
    if let epilogue = function(operations, layout.epilogueOffset) {
      // The context lies in the program's first stack slot (do_misc_fixups, kernel/bpf/verifier.c).
      let slot = UInt64(bitPattern: -8)
      let code = try code(subject) { () throws(Fault) in try callbacks.machine.call(epilogue, buffer, program, slot) }
      result.append(AddedInstructions(place: .epilogue, size: nil, code: code))
    }
    return result.filter { !$0.code.isEmpty }
  }

  private func loads(_ subject: HelperSubject, _ operations: UInt64) throws(Fault) -> [AddedInstructions] {
    guard let load = function(operations, layout.absoluteLoadOffset) else { return [] }
    var result: [AddedInstructions] = []
    // BPF_LD | BPF_ABS and BPF_LD | BPF_IND
    for (place, mode) in [(ProgramAddition.Place.absoluteLoad, UInt8(0x20)), (.indirectLoad, 0x40)] {
      for size in [1, 2, 4] {
        let original = Instruction(
          code: mode | Instruction.sizeBits(size), source: Self.indexRegister, immediate: Self.loadOffset)
        let code = try code(subject, loading: original) { () throws(Fault) in
          try callbacks.machine.call(load, scratch(ScratchLayout.instruction), buffer)
        }
        result.append(AddedInstructions(place: place, size: size, code: code))
      }
    }
    return result.filter { !$0.code.isEmpty }
  }

  /// The offset of a load that is tried, and the register that is added to it: both are recognised in what replaces it.
  static let loadOffset: Int32 = 0x1234_5678
  static let indexRegister: UInt8 = 7
  /// What stands for the program's own first instruction, which a prologue ends with.
  static let ownInstruction = Instruction(code: 0xb7, destination: 9, immediate: 0x0bad_cafe)

  private func scratch(_ offset: Int) -> UInt64 { callbacks.machine.scratch.address + UInt64(offset) }
  private var buffer: UInt64 { scratch(ScratchLayout.instructionBuffer) }
  private var program: UInt64 { scratch(ScratchLayout.program) }

  private func function(_ operations: UInt64, _ offset: Int?) -> UInt64? {
    guard let offset, let word = try? image.memory.word(at: operations &+ UInt64(offset)), word != 0 else { return nil }
    return word
  }

  /// The instructions that a callback writes.
  private func code(
    _ subject: HelperSubject, loading original: Instruction? = nil, _ call: () throws(Fault) -> UInt64
  ) throws(Fault) -> [Instruction] {
    let scratch = callbacks.machine.scratch
    let order = callbacks.byteOrder
    callbacks.prepare(
      Callbacks.Program(type: UInt32(subject.type.number), attachType: subject.attachType, state: 0))
    let own = ScratchLayout.program + layout.instructionsOffset
    scratch.store(Self.ownInstruction.word(order), at: own)
    defer { scratch.clear(at: own, count: Instruction.byteCount) }
    if let original { scratch.store(original.word(order), at: ScratchLayout.instruction) }
    scratch.clear(at: ScratchLayout.instructionBuffer, count: 64 * Instruction.byteCount)
    let count = Int32(truncatingIfNeeded: try call())
    if callbacks.machine.didReadObserved { readsProgram = true }
    guard (0...64).contains(count) else { return [] }
    return (0..<Int(count)).map { index in
      Instruction(word: scratch.load(at: ScratchLayout.instructionBuffer + index * Instruction.byteCount), order)
    }
  }
}
