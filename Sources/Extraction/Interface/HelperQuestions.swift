import Emulation
import KernelImage

/// What `get_func_proto` says of a helper.
struct HelperAnswer: Hashable {
  /// The address of the helper's `struct bpf_func_proto`; 0 where the program is refused.
  var prototype: UInt64
  /// What the task that loads the program is asked for: without it the answer is `otherwise`.
  var requirements: [Requirement]
  var otherwise: UInt64
  /// What the prototype's own function (`allowed`) says of the program.
  var allowance: Allowance
  /// The members of the program that were written to.
  var marks: [String]
  /// What decided besides the program type.
  var dependence: Dependence

  enum Allowance: Hashable {
    case allowed, refused
    /// What the program is attached to decides.
    case byTarget
  }

  struct Dependence: OptionSet, Hashable {
    let rawValue: Int
    static let programType = Dependence(rawValue: 1)
    static let attachType = Dependence(rawValue: 2)
    /// Whether the program may sleep.
    static let sleepable = Dependence(rawValue: 4)
    /// The function or structure that the program is attached to.
    static let attachTarget = Dependence(rawValue: 8)
    /// What an iterator's kind adds: it is registered while the kernel boots (`bpf_iter_get_func_proto`,
    /// kernel/bpf/bpf_iter.c), so the image does not tell.
    static let iterator = Dependence(rawValue: 16)
    /// Anything else that the program holds.
    static let program = Dependence(rawValue: 32)
  }
}

/// Asks `get_func_proto` about helpers, as `check_helper_call` (kernel/bpf/verifier.c) does.
///
/// As with accesses, a call is made once for all the programs that it can't tell apart.
final class HelperQuestions {
  /// Who asks.
  struct Program: Hashable {
    let type: UInt32
    let attachType: UInt32
    let isSleepable: Bool
  }

  private let callbacks: Callbacks
  private let image: KernelImage
  private let layout: InterfaceLayout
  private var answers: [Place: [Known]] = [:]
  private var asksIterator = false

  private struct Place: Hashable {
    let function: UInt64
    let helper: Int
  }

  /// An answer, with as much of the program as it depended on.
  private struct Known {
    let type: UInt32?
    let attachType: UInt32?
    let isSleepable: Bool?
    let answer: Result<HelperAnswer, Fault>

    func holds(for program: Program) -> Bool {
      (type ?? program.type) == program.type && (attachType ?? program.attachType) == program.attachType
        && (isSleepable ?? program.isSleepable) == program.isSleepable
    }
  }

  init(_ callbacks: Callbacks, _ image: KernelImage, _ layout: InterfaceLayout) throws(EmulationError) {
    self.callbacks = callbacks
    self.image = image
    self.layout = layout
    for address in image.symbols.addresses(of: "bpf_iter_get_func_proto") {
      try callbacks.machine.answer(address) { [unowned self] in
        asksIterator = true
        return 0
      }
    }
  }

  /// What `get_func_proto` at `function` says of the helper of this number to a program.
  func answer(_ function: UInt64, _ helper: Int, _ program: Program) -> Result<HelperAnswer, Fault> {
    let place = Place(function: function, helper: helper)
    if let known = answers[place]?.first(where: { $0.holds(for: program) }) { return known.answer }
    let answer: Result<HelperAnswer, Fault>
    do throws(Fault) {
      answer = .success(
        try callbacks.machine.withUndefinedVariables(comparedBy: \.self) { () throws(Fault) in
          try ask(function, helper, program)
        })
    } catch { answer = .failure(error) }
    let isAll = dependence.contains(.program)
    answers[place, default: []].append(
      Known(
        type: isAll || dependence.contains(.programType) ? program.type : nil,
        attachType: isAll || dependence.contains(.attachType) ? program.attachType : nil,
        isSleepable: isAll || dependence.contains(.sleepable) ? program.isSleepable : nil, answer: answer))
    return answer
  }

  /// Why a callback is asked no more; nil while it is.
  func lastFault(of fault: Fault) -> Fault? { callbacks.machine.lastFault(of: fault.function) }

  // MARK: - Calls

  /// What the calls for one answer read of the program.
  private var dependence: HelperAnswer.Dependence = []

  private func ask(_ function: UInt64, _ helper: Int, _ program: Program) throws(Fault) -> HelperAnswer {
    dependence = []
    func call() throws(Fault) -> UInt64 {
      prepare(program)
      defer { noteReads() }
      return try callbacks.machine.call(function, UInt64(helper), programAddress)
    }
    let given = try call()
    let marks = callbacks.marks(after: Callbacks.Program(type: program.type, attachType: program.attachType, state: 0))
    var otherwise = given
    let needed = try callbacks.requirements { () throws(Fault) -> Bool in
      let answer = try call()
      if answer != given { otherwise = answer }
      return answer == given
    }
    let allowance = try allowance(given, program)
    return HelperAnswer(
      prototype: given, requirements: needed, otherwise: otherwise, allowance: allowance,
      marks: marks.filter { !$0.hasSuffix("sleepable") }, dependence: dependence)
  }

  /// What the function that a prototype names says of a program (`allowed` of `struct bpf_func_proto`).
  private func allowance(_ prototype: UInt64, _ program: Program) throws(Fault) -> HelperAnswer.Allowance {
    guard prototype != 0, let offset = layout.prototype.allowedOffset,
      let allowed = try? image.memory.word(at: prototype &+ UInt64(offset)), allowed != 0
    else { return .allowed }
    prepare(program)
    do throws(Fault) {
      let isAllowed = try callbacks.machine.call(allowed, programAddress) & 0xff != 0
      noteReads()
      return readsTarget ? .byTarget : isAllowed ? .allowed : .refused
    } catch {
      noteReads()
      // It follows what the program is attached to, and there is nothing.
      guard readsTarget else { throw error }
      return .byTarget
    }
  }

  private var programAddress: UInt64 { callbacks.machine.scratch.address + UInt64(ScratchLayout.program) }

  /// Whether the last call looked at what the program is attached to.
  private var readsTarget: Bool {
    callbacks.layout.auxAttachMembers.contains {
      callbacks.machine.didRead(scratch: ScratchLayout.aux + $0.lowerBound, count: $0.count)
    }
  }

  private func prepare(_ program: Program) {
    asksIterator = false
    callbacks.prepare(Callbacks.Program(type: program.type, attachType: program.attachType, state: 0))
    if program.isSleepable, let sleepable = layout.sleepable {
      let scratch = callbacks.machine.scratch
      scratch.store(scratch.load(UInt8.self, at: sleepable.offset) | sleepable.mask, at: sleepable.offset)
    }
  }

  /// Notes what the last call looked at.
  private func noteReads() {
    if asksIterator { dependence.insert(.iterator) }
    let machine = callbacks.machine
    guard machine.didReadObserved else { return }
    let verifier = callbacks.layout
    let base = ScratchLayout.program
    if machine.didRead(scratch: base + verifier.programTypeOffset, count: 4) { dependence.insert(.programType) }
    if machine.didRead(scratch: base + verifier.programAttachTypeOffset, count: 4) { dependence.insert(.attachType) }
    if let sleepable = layout.sleepable, machine.didRead(scratch: sleepable.offset, count: 1) {
      dependence.insert(.sleepable)
    }
    let others = callbacks.states.otherMembers.filter { !isSleepable($0, base) }
    if others.contains(where: { machine.didRead(scratch: base + $0.lowerBound, count: $0.count) }) {
      dependence.insert(.program)
    }
    if readsTarget { dependence.insert(.attachTarget) }
  }

  /// Whether the bytes hold the bit that says whether the program may sleep: their reads are noted as that bit's.
  private func isSleepable(_ bytes: Range<Int>, _ base: Int) -> Bool {
    layout.sleepable.map { bytes.contains($0.offset - base) } ?? false
  }
}
