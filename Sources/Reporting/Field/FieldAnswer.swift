import Comparison
import ContextABI

/// Whether a program can use a field on all of several builds, and why.
struct FieldAnswer {
  enum Verdict: String {
    case safe, review, unsafe, unknown
  }

  let verdict: Verdict
  /// Why, the first reason first; none where it is safe.
  let reasons: [String]
  private let history: FieldHistory

  init(_ history: FieldHistory) {
    self.history = history
    var judged: [(verdict: Verdict, reason: String)] = []
    judged += Self.absences(history).map { (.unsafe, $0) }
    judged += Self.refusals(history).map { (.unsafe, $0) }
    judged += Self.events(history, .breaking).map { (.unsafe, $0) }
    judged += Self.events(history, .review).map { (.review, $0) }
    judged += Self.holes(history).map { (.unknown, $0) }
    verdict = judged.first?.verdict ?? .safe
    var seen: Set<String> = []
    reasons = judged.map(\.reason).filter { seen.insert($0).inserted }
  }

  /// The answer in one sentence.
  var sentence: String {
    let ends = history.stages.map(\.side.snapshot.provenance.release)
    let range = ends.count > 1 ? "from \(ends.first ?? "") to \(ends.last ?? "")" : "on \(ends.first ?? "")"
    let programs = history.programs.isEmpty ? "" : " by \(history.programs.joined(separator: ", "))"
    let start =
      switch verdict {
      case .safe: "\(history.name) is safe to use\(programs) \(range)"
      case .review: "\(history.name) may be safe to use\(programs) \(range), which a person has to decide"
      case .unsafe: "\(history.name) is not safe to use\(programs) \(range)"
      case .unknown: "Whether \(history.name) is safe to use\(programs) \(range) can't be told"
      }
    guard let reason = reasons.first else { return "\(start): \(sameness)." }
    let more = reasons.count > 1 ? "; \(reasons.count - 1) more \(reasons.count == 2 ? "reason" : "reasons") below" : ""
    return "\(start): \(reason)\(more)."
  }

  private var sameness: String {
    let count = history.stages.count
    guard let member = history.stages.last?.member else { return "" }
    let place = "\(member.type) at \(member.placeText)"
    return count == 1 ? place : "\(place), with the same meaning in \(count == 2 ? "both" : "all \(count)") builds"
  }

  /// The programs that may read it, or write to it, in every build.
  var readers: String { common(\.readers) }
  var writers: String { common(\.writers) }

  private func common(_ programs: (FieldHistory.Stage) -> Set<String>) -> String {
    let sets = history.stages.map(programs)
    let all = sets.dropFirst().reduce(sets.first ?? []) { $0.intersection($1) }
    // After the access to another field a program is the same one still.
    let programs = all.filter { name in !name.contains("+") || !all.contains(String(name.prefix { $0 != "+" })) }
    guard !all.isEmpty, let side = history.stages.last?.side else { return "" }
    let isWhole = side.snapshot.programs.allSatisfy { $0.context != history.context || all.contains($0.name) }
    return side.programNames(history.context).text(isWhole ? all : programs)
  }

  // MARK: - Reasons

  private static func release(_ stage: FieldHistory.Stage) -> String { stage.side.snapshot.provenance.release }

  /// Builds that do not have the field.
  private static func absences(_ history: FieldHistory) -> [String] {
    zip([nil] + history.stages.map(Optional.some), history.stages).compactMap { before, stage in
      let wasThere = before.map { $0.member != nil }
      switch (wasThere, stage.member != nil) {
      case (nil, false):
        let first = history.stages.first { $0.member != nil }
        return "\(release(stage)) does not have it" + (first.map { ", \(release($0)) is the first that does" } ?? "")
      case (true?, false): return "\(release(stage)) does not have it any more"
      default: return nil
      }
    }
  }

  /// Builds in which no program may access it, and accesses that not all builds allow to any program.
  private static func refusals(_ history: FieldHistory) -> [String] {
    let present = history.stages.filter { $0.member != nil && $0.hole == nil }
    let refused = present.filter(\.rules.isEmpty)
    if let first = refused.first {
      let who = history.programs.isEmpty ? "no program" : "none of \(history.programs.joined(separator: ", "))"
      let others = refused.count > 1 ? " (nor do \(refused.count - 1) other builds)" : ""
      return ["\(release(first)) lets \(who) access it\(others)"]
    }
    let sets = present.map { $0.readers.union($0.writers) }
    let all = sets.dropFirst().reduce(sets.first ?? []) { $0.intersection($1) }
    return all.isEmpty && !present.isEmpty ? ["no program type may access it in all of the builds"] : []
  }

  private static func events(_ history: FieldHistory, _ severity: Severity) -> [String] {
    history.stages.flatMap { stage in
      stage.events.filter { $0.finding.rule.severity == severity }.map { event in
        "in \(release(stage)) \(Self.title(event.finding))"
      }
    }
  }

  private static func title(_ finding: Finding) -> String { "\(finding.title) [\(finding.rule.id)]" }

  private static func holes(_ history: FieldHistory) -> [String] {
    history.stages.compactMap { stage in
      stage.hole.map { "what programs may do with it in \(release(stage)) is not known: \($0)" }
    }
  }
}
