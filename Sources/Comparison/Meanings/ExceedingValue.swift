import ContextABI

/// Whether a read can give more bits than it reads.
struct ExceedingValue {
  enum Verdict: Sendable, Hashable {
    /// Proved: it can't.
    case never
    /// Values for which it does: `with skb->sk->__sk_common.skc_dport = 1: 0x10000`
    case exceeds(String)
    /// No such value is known; the reason why it is not proved that there is none.
    case undecided(String)
  }

  let verdict: Verdict

  /// Values for which it does, nil where none are known.
  var witness: String? { if case .exceeds(let witness) = verdict { witness } else { nil } }

  init(_ meaning: Meaning, bits: Int, _ world: @autoclosure () -> MemberWorld) {
    // Most reads can't: no part of their expressions is wide enough.
    let widest = meaning.tree.outcomes.compactMap { $0.result?.width }.max() ?? 0
    guard widest > bits else {
      verdict = .never
      return
    }
    let cut = Meaning(meaning.tree.mapResults { .bits($0, low: 0, width: bits) })
    switch WitnessSearch(cut, meaning, in: world()).relation() {
    case .equal(.tried(_, let reason)): verdict = .undecided(reason)
    case .equal: verdict = .never
    case .different(let found), .differentOnFaults(let found):
      guard case .done(let value?, _) = found.after, value > MeaningPair.mask(bits) else {
        verdict = .undecided("the witness has no such value")
        return
      }
      verdict = .exceeds("\(found.conditions): 0x\(String(value, radix: 16))")
    }
  }
}
