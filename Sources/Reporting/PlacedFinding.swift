import Comparison

/// A finding as far as it is about one field: what services show beside a line of source.
struct PlacedFinding {
  let finding: Finding
  /// The changes of the one field; never empty.
  let changes: [Change]
  /// Why it does not count, where a person has accepted it.
  let note: WaiverNote?
  private let report: ComparisonReport

  /// Every finding of a report, and then those that are waived, field by field.
  static func all(of report: ComparisonReport) -> [PlacedFinding] {
    let counted = report.verdict.all.map { ($0, nil as WaiverNote?) }
    return (counted + report.waived.map { ($0.finding, $0.note) }).flatMap { finding, note in
      byField(finding).map { PlacedFinding(finding: finding, changes: $0, note: note, report: report) }
    }
  }

  private static func byField(_ finding: Finding) -> [[Change]] {
    var order: [[String?]] = []
    var groups: [[String?]: [Change]] = [:]
    for change in finding.changes {
      let key = [change.context, change.field]
      if groups[key] == nil { order.append(key) }
      groups[key, default: []].append(change)
    }
    return order.compactMap { groups[$0] }
  }

  /// `__sk_buff.mark`
  var place: String { changes[0].place }

  /// Cause and field alone: what else a comparison finds, and in which order, does not matter.
  var fingerprint: String { "\(finding.digest):\(changes[0].context).\(changes[0].field ?? "")" }

  var location: SourceLocation { report.location(of: changes[0]) }

  /// What there is to say, line by line.
  var message: String {
    var text = "\(place): \(finding.title)"
    if let remark = finding.remark { text += "\n\(remark)" }
    for change in changes {
      if changes.count > 1, !change.accesses.isEmpty { text += "\n\(FindingBody.compact(change.accesses))" }
      if let before = change.before { text += "\nwas: \(before)" }
      if let after = change.after { text += "\nis: \(after)" }
      if let witness = change.witness { text += "\nwitness: \(witness)" }
      if let remark = change.remark { text += "\n\(remark)" }
      if let programs = report.programs(of: change) { text += "\nfor: \(programs)" }
    }
    return text
  }
}

extension ComparisonReport {
  /// Where what a change is about is declared.
  func location(of change: Change) -> SourceLocation {
    SourceLocation(
      path: SourceHeaders(old, new).path(of: change.context), line: declarationLines?.line(of: change) ?? 1)
  }
}
