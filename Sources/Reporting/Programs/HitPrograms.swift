import Comparison
import Compatibility

/// What reports of a comparison tell of programs that were given.
extension ComparisonReport {
  /// The programs that a finding hits; none where no programs were given.
  func hits(of finding: Finding) -> [ProgramHits.Hit] { programs?.hits(of: finding) ?? [] }

  /// `3 of 412 programs are hit`; nil where no programs were given.
  var hitSummary: String? {
    guard let programs else { return nil }
    let counted = verdict.all.filter { $0.rule.severity >= .review }
    let hit = Set(counted.flatMap(programs.hits).map { [$0.object, $0.program] })
    let count = programs.programCount
    return "\(hit.count) of \(count) program\(count == 1 ? "" : "s") \(hit.count == 1 || count == 1 ? "is" : "are") hit"
  }

  /// So many programs of a finding are named, the others counted.
  private static let namedHits = 10

  /// `lb.bpf.o: balance (lb.bpf.c:142)`, and `12 more` where there are many; none where none is hit.
  func hitLines(of finding: Finding) -> [String] {
    let hits = hits(of: finding)
    let rest = hits.count - Self.namedHits
    return hits.prefix(Self.namedHits).map(\.text) + (rest > 0 ? ["and \(rest) more program\(rest == 1 ? "" : "s")"] : [])
  }

  /// A finding's hits as JSON; no value where no programs were given.
  func hitValues(of finding: Finding) -> JSONValue {
    guard programs != nil else { return .absent }
    return .array(
      hits(of: finding).map { hit in
        ["object": .string(hit.object), "program": .string(hit.program), "lines": .array(hit.lines.map { .string($0) })]
      })
  }
}
