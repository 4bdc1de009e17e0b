import Comparison
import Compatibility
import ContextABI

/// Everything that a report of a comparison shows, whatever its format.
public struct ComparisonReport: Sendable {
  /// One side of the comparison.
  public struct Side: Sendable {
    /// What the user called it, without directories: a file's name, or a baseline's.
    public let name: String
    public let snapshot: Snapshot

    /// - Parameter name: what the user gave: a path, or a baseline's name.
    public init(name: String, snapshot: Snapshot) {
      self.name = name.split(separator: "/").last.map(String.init) ?? name
      self.snapshot = snapshot
    }

    /// `6.1.0-50-cloud-amd64 (x86_64)`
    public var title: String {
      "\(snapshot.provenance.release) (\(snapshot.provenance.architecture))"
    }

    /// The numbers of the release: `6.12.107`.
    var version: String {
      let release = snapshot.provenance.release
      let numbers = release.prefix { $0.isASCII && $0.isNumber || $0 == "." }
      return numbers.isEmpty ? release : String(numbers)
    }

    /// The context of this name.
    func context(_ name: String) -> Context? { snapshot.contexts.first { $0.name == name } }

    /// How to name the programs of a context.
    func programNames(_ context: String) -> ProgramNames {
      ProgramNames(snapshot.programs.filter { $0.context == context })
    }
  }

  public let old: Side
  public let new: Side
  /// The changes that count.
  public let verdict: Verdict
  /// Findings that a person has accepted: they are not among those of the verdict.
  public let waived: [WaivedFinding]
  /// Programs of which findings tell whether they hit them; nil where none were given.
  public let programs: ProgramHits?
  /// Where what findings are about is declared; nil where no source tree is at hand.
  public var declarationLines: DeclarationLines?
  /// What a filter left out; nil where there was none.
  public let leftOut: LeftOut?
  /// The version of ctxabi that judged.
  public let toolVersion: String

  public init(
    old: Side, new: Side, verdict: Verdict, waived: [WaivedFinding] = [], programs: ProgramHits? = nil,
    leftOut: LeftOut? = nil, toolVersion: String = ""
  ) {
    self.old = old
    self.new = new
    self.verdict = verdict
    self.waived = waived
    self.programs = programs
    self.leftOut = leftOut
    self.toolVersion = toolVersion
  }

  /// `3 breaking, 2 to review, 5 additions, 40 notes`, severities without changes left out; `no change` where there is
  /// none.
  public var summary: String {
    var parts = Severity.allCases.reversed().compactMap { severity -> String? in
      let count = verdict.count(severity)
      return count > 0 ? "\(count) \(Self.noun(severity, count))" : nil
    }
    if !waived.isEmpty { parts.append("\(waived.count) waived") }
    if let leftOut, leftOut.count > 0 { parts.append("\(leftOut.count) left out") }
    return parts.isEmpty ? "no change" : parts.joined(separator: ", ")
  }

  /// Whether there is nothing to tell.
  var isEmpty: Bool { verdict.all.isEmpty && waived.isEmpty && leavesNothingOut }

  private var leavesNothingOut: Bool { leftOut.map { $0.count == 0 } ?? true }

  /// `breaking=1 review=0 additions=2 notes=40`, for scripts; what was waived or could not be covered only where there
  /// is such.
  public var countsLine: String {
    var parts = [
      "breaking=\(verdict.count(.breaking))", "review=\(verdict.count(.review))",
      "additions=\(verdict.count(.addition))", "corrections=\(verdict.count(.correction))",
      "notes=\(verdict.count(.note))",
    ]
    if verdict.count(.coverage) > 0 { parts.append("uncovered=\(verdict.count(.coverage))") }
    if !waived.isEmpty { parts.append("waived=\(waived.count)") }
    if let leftOut { parts.append("left-out=\(leftOut.count)") }
    return parts.joined(separator: " ")
  }

  /// The worst that happens to an existing program; nil where nothing has changed at all.
  public var worst: Severity? { verdict.all.map(\.rule.severity).filter { $0 != .coverage }.max() }

  /// The verdict in one word or two.
  var headline: String {
    switch worst {
    case .breaking: "Breaking"
    case .review: "To review"
    case .addition: "Additions only"
    case .correction: "Corrections only"
    case .note, .coverage: "No change for programs"
    case nil: !leavesNothingOut ? "Nothing that was asked for" : verdict.uncovered.isEmpty ? "No change" : "No change found"
    }
  }

  /// The verdict in one sentence.
  var sentence: String {
    let judged =
      switch worst {
      case .breaking: "Existing BPF programs break, or read something else."
      case .review: "A machine can't tell whether existing BPF programs are affected: a person decides."
      case .addition: "No existing BPF program is affected. What is new is a promise from now on."
      case .correction: "What was wrong in the old build is right in the new one; no valid BPF program notices."
      case .note, .coverage: "Kernel members moved or instructions changed, and every context field followed."
      case nil where !leavesNothingOut: "What was asked for is the same in both builds; what was left out is not."
      case nil: "Both builds promise the same to BPF programs."
      }
    return verdict.uncovered.isEmpty ? judged : judged + " Not everything could be compared."
  }

  /// What the head of every report says besides the builds and the verdict: what the comparison is of.
  var remarks: [String] {
    var remarks = [leftOut?.sentence].compactMap(\.self)
    let architectures = [old, new].map(\.snapshot.provenance.architecture)
    if architectures[0] != architectures[1] {
      remarks.append(
        "The builds are of two architectures, \(architectures[0]) and \(architectures[1]): what differs may be the architecture's."
      )
    }
    if verdict.all.contains(where: { $0.rule.id == Rule.correctionLost.id }) {
      remarks.append(
        "The old build has corrections that the new one lacks: it is a stable update of an older line, or the newer of the two."
      )
    }
    return remarks
  }

  /// Whether a change of a helper is for all programs that get it in both builds: more than a few.
  private func isForAll(_ change: Change) -> Bool {
    func receivers(_ snapshot: Snapshot) -> Set<String> {
      let helper = snapshot.interface?.helpers.first { $0.name == change.field }
      return Set(helper?.grants.flatMap(\.programs) ?? [])
    }
    return change.programs.count > 3 && Set(change.programs) == receivers(old.snapshot).intersection(receivers(new.snapshot))
  }

  /// The programs of a change, in few words; nil where it is about all, or no, programs of a context.
  func programs(of change: Change) -> String? {
    if change.context == Change.helpers, !change.programs.isEmpty, let interface = new.snapshot.interface {
      return isForAll(change) ? "all programs that get it" : ProgramNames.list(change.programs, of: interface)
    }
    guard !change.programs.isEmpty, !Change.placesWithoutContext.contains(change.context) else { return nil }
    let programs = new.snapshot.programs.filter { $0.context == change.context }
    // A change of what both builds have says nothing of programs that are new.
    let before = Set(old.snapshot.programs.map(\.name))
    let common = programs.filter { before.contains($0.name) }
    let isOfCommon = change.programs.allSatisfy(before.contains)
    let text = ProgramNames(isOfCommon ? common : programs).text(change.programs)
    return text == "all" ? "all programs" : text
  }

  static func noun(_ severity: Severity, _ count: Int) -> String {
    switch severity {
    case .note: count == 1 ? "note" : "notes"
    case .addition: count == 1 ? "addition" : "additions"
    case .correction: count == 1 ? "correction" : "corrections"
    case .review: "to review"
    case .breaking: "breaking"
    case .coverage: "not covered"
    }
  }

  /// The heading of all changes of a severity.
  static func heading(_ severity: Severity) -> String {
    switch severity {
    case .breaking: "Breaking"
    case .review: "To review"
    case .addition: "Additions"
    case .correction: "Corrections"
    case .note: "Notes"
    case .coverage: "Not covered"
    }
  }
}
