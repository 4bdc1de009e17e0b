import Comparison
import ContextABI
import Programs

/// What a build says of a program.
public struct ProgramJudgement: Sendable {
  public enum Verdict: String, Sendable, CaseIterable {
    /// It loads, as far as its accesses to contexts go.
    case loads
    case refused
    /// It loads, and something means another thing than on the reference.
    case differs
    case unknown
  }

  public let verdict: Verdict
  /// Why; nil where it loads.
  public let reason: String?
  /// The uses that the reason is about, in the order of the program.
  public let judgements: [UseJudgement]
  /// The calls that the reason is about.
  public let calls: [CallJudgement]
  /// What an access means there and on the reference.
  public let difference: MeaningDifference?
  /// Whether it is unknown because the context is no fixed ABI.
  public let hasNoFixedContext: Bool

  init(
    _ verdict: Verdict, _ reason: String? = nil, _ judgements: [UseJudgement] = [],
    calls: [CallJudgement] = [], difference: MeaningDifference? = nil,
    hasNoFixedContext: Bool = false
  ) {
    self.verdict = verdict
    self.reason = reason
    self.judgements = judgements
    self.calls = calls
    self.difference = difference
    self.hasNoFixedContext = hasNoFixedContext
  }
}

extension ProgramJudgement {
  /// The refusal of a program for the helpers that it calls; nil where it calls none that is refused.
  fileprivate init?(refused calls: [CallJudgement]) {
    guard let first = calls.first, case .refused(let reason) = first.outcome else { return nil }
    self.init(.refused, reason, calls: calls)
  }
}

extension ProgramUses {
  /// What `build` says of the program; compared with what it means on another build, where there is one to refer to.
  public func judged(on build: BuildRules, reference: MeaningReference? = nil) -> ProgramJudgement {
    let calls = calls(on: build)
    let refused = calls.filter { if case .refused = $0.outcome { true } else { false } }
    let name: String
    switch ProgramChoice(kind, in: build.snapshot) {
    case .program(let program): name = program
    case .refused(let reason): return ProgramJudgement(.refused, reason)
    case .unknown(let reason): return ProgramJudgement(.unknown, reason)
    case .attachTarget:
      if let refusal = ProgramJudgement(refused: refused) { return refusal }
      return ProgramJudgement(
        .unknown, "the context depends on what the program is attached to: it is no fixed ABI", hasNoFixedContext: true)
    }
    let judgements = judgements(of: name, on: build)
    for judgement in judgements {
      if case .refused(let reason) = judgement.outcome {
        return ProgramJudgement(.refused, reason, judgements.filter { if case .refused = $0.outcome { true } else { false } })
      }
    }
    if let refusal = ProgramJudgement(refused: refused) { return refusal }
    for judgement in judgements {
      if case .unknown(let reason) = judgement.outcome { return ProgramJudgement(.unknown, reason, [judgement]) }
    }
    for judgement in calls {
      if case .unknown(let reason) = judgement.outcome { return ProgramJudgement(.unknown, reason, calls: [judgement]) }
    }
    if let problem = problems.first { return ProgramJudgement(.unknown, problem) }
    if let difference = reference?.difference(of: self, judgements, on: build) {
      return ProgramJudgement(.differs, difference.sentence, [difference.judgement], difference: difference)
    }
    return ProgramJudgement(.loads)
  }

  /// What `build` says of each helper that is called; nothing where it was not asked, or the program type is not known.
  public func calls(on build: BuildRules) -> [CallJudgement] {
    guard let kind else { return [] }
    return calls.compactMap { CallJudgement($0, of: kind, isSleepable: maySleep, on: build) }
  }

  /// Whether its section asks for a program that may sleep: `lsm.s/…` (`section_defs`, tools/lib/bpf/libbpf.c).
  private var maySleep: Bool {
    let name = section.prefix { $0 != "/" }
    return name.hasSuffix(".s") || kind.map { InterfaceProgram.isAlwaysSleepable($0.type) } ?? false
  }

  /// What `build` says of each use.
  public func judgements(on build: BuildRules) -> [UseJudgement] {
    guard case .program(let name) = ProgramChoice(kind, in: build.snapshot) else { return [] }
    return judgements(of: name, on: build)
  }

  private func judgements(of name: String, on build: BuildRules) -> [UseJudgement] {
    let first = uses.map { UseJudgement($0, of: name, on: build) }
    let fields = Set(first.filter { $0.outcome == .accepted && $0.use.base == .context }.compactMap(\.plainField))
    let state = ProgramChoice.state(of: name, accessing: fields, in: build.snapshot)
    return state == name ? first : uses.map { UseJudgement($0, of: state, on: build) }
  }
}

extension UseJudgement {
  /// The field without its context.
  fileprivate var plainField: String? { field.flatMap { $0.split(separator: ".", maxSplits: 1).last.map(String.init) } }
}
