import BPF
import ContextABI
import LiveKernel

/// Accesses that change what others of the same program become: reading `__sk_buff.tstamp_type` changes the conversion of
/// `tstamp`.
///
/// What a callback leaves in `struct bpf_prog` can't be seen from outside, but its effect can: all accepted accesses are
/// made in one program, and where one of them is converted to something else than alone, the one that is the cause is
/// looked for.
struct LiveStates {
  /// Every accepted access inside the context, in the order of a sweep; immediate stores are not asked for.
  let accepted: [AccessKey]
  /// The first access that leaves each state.
  private(set) var causes: [AccessKey] = []
  private var states: [AccessKey: Int] = [:]
  /// Why it can't be told whether there are any; nil where it can.
  private(set) var untold: String?

  /// The state that a program is in after `key`, from 1; nil where the access leaves none.
  func state(after key: AccessKey) -> Int? { states[key] }

  /// The access to make first for a program to be in `state`; nil for 0, where there is none.
  func cause(of state: Int) -> AccessKey? { causes.indices.contains(state - 1) ? causes[state - 1] : nil }

  /// Looks for the states of the programs of `target`.
  init(_ target: LiveTarget) {
    var alone: [(key: AccessKey, code: [Instruction])] = []
    for kind in [AccessKind.read, .readSignExtending, .write] {
      for size in [1, 2, 4, 8] where kind != .readSignExtending || size < 8 {
        for offset in 0..<target.contextSize {
          let key = AccessKey(kind: kind, offset: offset, size: size)
          if case .accepted(let code) = target.answer(LiveProgram.Step(key)) {
            alone.append((key, code))
          }
        }
      }
    }
    accepted = alone.map(\.key)
    guard alone.count > 1 else { return }
    let draft = target.program.draft(alone.map { LiveProgram.Step($0.key) })
    guard case .translated(let code) = target.loader.load(draft) else {
      untold = "a program that makes all accesses is refused, so that it is not told whether one changes another"
      return
    }
    let changed = alone.indices.filter {
      LiveProgram.translation(of: $0, in: code) != alone[$0].code
    }.map { alone[$0] }
    if !changed.isEmpty { findCauses(changed, target) }
  }

  /// Two accesses leave the same state if they have the same effect on all others.
  private mutating func findCauses(
    _ changed: [(key: AccessKey, code: [Instruction])], _ target: LiveTarget
  ) {
    var known: [[[Instruction]?]: Int] = [changed.map(\.code): 0]
    for key in accepted {
      let effect = changed.map { victim -> [Instruction]? in
        guard case .accepted(let code) = target.answer(LiveProgram.Step(victim.key), after: key)
        else { return nil }
        return code
      }
      if known[effect] == nil {
        causes.append(key)
        known[effect] = causes.count
      }
      if let state = known[effect], state > 0 { states[key] = state }
    }
  }
}
