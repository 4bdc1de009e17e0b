import ContextABI
import Programs

/// Which programs load on which builds.
public struct CompatibilityTable: Sendable {
  /// One program, on all builds.
  public struct Row: Sendable {
    public let program: ProgramUses
    /// In the order of the builds.
    public let judgements: [ProgramJudgement]
    /// Of each build, the name of the next one that takes what this one refuses; nil where none does, or nothing is refused.
    public let takenFrom: [Int?]
  }

  /// A build, as a table names it.
  public struct Build: Sendable, Hashable {
    public let name: String
    public let release: String
    public let architecture: String
    /// Whether calls of helpers could be judged.
    public let knowsHelpers: Bool
  }

  public let builds: [Build]
  public let rows: [Row]
  /// The name of the build that meanings are compared with.
  public let reference: String?

  /// Judges `programs` on `builds`, which are in the order of their age.
  public init(_ programs: [ProgramUses], on builds: [BuildRules], reference: MeaningReference?) {
    self.builds = builds.map {
      Build(
        name: $0.name, release: $0.snapshot.provenance.release, architecture: $0.snapshot.provenance.architecture,
        knowsHelpers: $0.knowsHelpers)
    }
    self.reference = reference?.build.name
    rows = programs.map { program in
      let judgements = builds.map { program.judged(on: $0, reference: reference) }
      let takenFrom = judgements.indices.map { index in
        judgements[index].verdict == .refused
          ? judgements.indices.first { $0 > index && Self.takes(judgements[index], program, builds[$0]) } : nil
      }
      return Row(program: program, judgements: judgements, takenFrom: takenFrom)
    }
  }

  /// Whether a build takes the first use that another one refused.
  private static func takes(_ refused: ProgramJudgement, _ program: ProgramUses, _ build: BuildRules) -> Bool {
    if let call = refused.calls.first?.call {
      return program.calls(on: build).contains { $0.call == call && $0.outcome == .accepted }
    }
    guard let use = refused.judgements.first?.use else {
      if case .program = ProgramChoice(program.kind, in: build.snapshot) { return true }
      return false
    }
    return program.judgements(on: build).contains { $0.use == use && $0.outcome == .accepted }
  }

  /// How many verdicts of each kind there are.
  public func count(_ verdict: ProgramJudgement.Verdict) -> Int {
    rows.reduce(0) { $0 + $1.judgements.filter { $0.verdict == verdict }.count }
  }

  /// 1 where a program is refused or means something else, 2 where that can't be told, 0 where all load.
  public var exitStatus: Int32 {
    if count(.refused) + count(.differs) > 0 { return 1 }
    return rows.contains { $0.judgements.contains { $0.verdict == .unknown && !$0.hasNoFixedContext } } ? 2 : 0
  }
}
