import Comparison
import ContextABI
import Programs

/// Which programs the findings between two builds hit.
public struct ProgramHits: Sendable {
  /// A program that a finding hits.
  public struct Hit: Sendable, Hashable {
    public let object: String
    public let program: String
    /// The source lines of its uses, each once; of a use without one, its instruction.
    public let lines: [String]

    /// `lb.bpf.o: balance (lb.bpf.c:142)`
    public var text: String {
      let places = lines.isEmpty ? "" : " (\(lines.joined(separator: ", ")))"
      return "\(object): \(program)\(places)"
    }
  }

  /// How many programs were asked about.
  public let programCount: Int
  private let hits: [Finding: [Hit]]

  /// Looks which of `programs` the findings between two builds hit.
  public init(_ programs: [ProgramUses], _ findings: [Finding], old: Snapshot, new: Snapshot) {
    programCount = programs.count
    let (before, after) = (BuildRules(name: "", snapshot: old), BuildRules(name: "", snapshot: new))
    let compared = programs.map { ComparedUses($0, old: before, new: after) }
    hits = Dictionary(
      findings.map { ($0, Self.hits(of: $0, among: compared)) }, uniquingKeysWith: { first, _ in first })
  }

  /// The programs that a finding hits, in the order in which they were given.
  public func hits(of finding: Finding) -> [Hit] { hits[finding] ?? [] }

  private static func hits(of finding: Finding, among compared: [ComparedUses]) -> [Hit] {
    // Of a note no program notices anything: the shadow followed.
    guard finding.rule.severity != .note else { return [] }
    let touches = finding.changes.map(ComparedUses.Touch.init)
    return compared.compactMap { program in
      let touched = touches.compactMap(program.uses(touchedBy:))
      guard !touched.isEmpty else { return nil }
      var lines: [String] = []
      for use in touched.joined() {
        let line = use.text
        if !lines.contains(line) { lines.append(line) }
      }
      return Hit(object: program.program.object, program: program.program.program, lines: lines)
    }
  }
}
