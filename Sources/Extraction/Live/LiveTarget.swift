import BPF
import ContextABI
import Glibc
import LiveKernel

/// What the running kernel's verifier does with an access.
enum LiveAnswer {
  case rejected
  /// The callback accepts it, and the verifier then fails, with these words.
  case misconfigured(String)
  /// The program is refused for another reason.
  case untold(String)
  /// These instructions stand in its place.
  case accepted([Instruction])
}

/// Programs of one configuration, which are loaded with an access each. An answer is asked for once.
final class LiveTarget {
  /// The name of the configuration.
  let name: String
  let program: LiveProgram
  let loader: any ProgramLoader
  /// The size of what is accessed in bytes; 0 where it is no structure.
  let contextSize: Int
  /// Whether it is the context that is accessed, not a socket.
  let isContext: Bool
  /// What accesses leave in a program.
  private(set) lazy var states = LiveStates(self)
  private var answers: [Question: LiveAnswer] = [:]

  private struct Question: Hashable {
    /// The access that is made before.
    let first: AccessKey?
    let step: LiveProgram.Step
  }

  init(_ name: String, _ program: LiveProgram, _ loader: any ProgramLoader, contextSize: Int, isContext: Bool) {
    self.name = name
    self.program = program
    self.loader = loader
    self.contextSize = contextSize
    self.isContext = isContext
  }

  /// What the verifier does with the access `step`, in a program that made the access `first` before.
  func answer(_ step: LiveProgram.Step, after first: AccessKey? = nil) -> LiveAnswer {
    let question = Question(first: first, step: step)
    if let known = answers[question] { return known }
    if let simpler = Self.simpler(than: step), case .rejected = answer(simpler, after: first) {
      answers[question] = .rejected
    } else {
      ask(Self.steps(askedWith: step), after: first)
    }
    // An immediate that is none of those that are asked for at once.
    if answers[question] == nil { ask([step], after: first) }
    return answers[question] ?? .untold("the access has not been asked for")
  }

  /// An access that is accepted if `step` is.
  ///
  /// `is_valid_access` gets to know neither the registers nor whether a store is one of an immediate, and that a load
  /// extends the sign can only be a reason to refuse it (`check_ctx_access`, kernel/bpf/verifier.c).
  private static func simpler(than step: LiveProgram.Step) -> LiveProgram.Step? {
    var simpler = step
    if step.registers != .different {
      simpler.registers = .different
    } else if step.kind == .readSignExtending {
      simpler.kind = .read
    } else if step.kind == .writeImmediate {
      simpler.kind = .write
      simpler.immediate = probedImmediate
    } else {
      return nil
    }
    return simpler
  }

  /// The accesses that a program makes to ask for `step`: the same access with other registers, or another immediate, can't
  /// change what it is converted to, and is asked for at once. The last may take the context from r1.
  private static func steps(askedWith step: LiveProgram.Step) -> [LiveProgram.Step] {
    guard step.registers == .different, step.kind != .readSignExtending else { return [step] }
    guard step.immediate == probedImmediate else {
      return differingImmediates.filter { $0 != probedImmediate }.map {
        var other = step
        other.immediate = $0
        return other
      }
    }
    // That the context's address may be stored into the context is another question.
    let others: [AccessRegisters] = step.kind == .read ? [.high, .highest, .same] : [.high, .highest]
    return [step]
      + others.map {
        var other = step
        other.registers = $0
        return other
      }
  }

  private func ask(_ steps: [LiveProgram.Step], after first: AccessKey?) {
    let draft = program.draft(steps, after: first)
    let result = loader.load(draft)
    for (index, step) in steps.enumerated() {
      answers[Question(first: first, step: step)] = answer(index, result, draft)
    }
  }

  private func answer(_ index: Int, _ result: LoadResult, _ draft: ProgramDraft) -> LiveAnswer {
    switch result {
    case .translated(let code):
      return LiveProgram.translation(of: index, in: code).map(LiveAnswer.accepted)
        ?? .untold("the translated program lacks the markers around the access")
    case .withheld: return .untold("the kernel withholds the translated instructions")
    // The program loads without the access, so it is the access that is refused.
    case .refused(EACCES): return .rejected
    case .refused(let code):
      let words = VerifierLog.lastWords(loader.log(of: draft, withStates: false))
      // convert_ctx_accesses (kernel/bpf/verifier.c): "bpf verifier is misconfigured", from 6.16 on "verifier bug: …"
      if let words, words.contains("misconfigured") || words.contains("verifier bug") {
        return .misconfigured(words)
      }
      return .untold("the program is refused: \(words ?? String(cString: strerror(code)))")
    }
  }
}
