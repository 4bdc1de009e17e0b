import Compatibility
import Programs

/// The formats of a table of programs and builds.
public enum CompatibilityFormat: String, Sendable, CaseIterable {
  case text, tsv, json, markdown, html, junit
}

/// Which programs load on which builds, in a form that each format writes in its own way.
public struct CompatibilityReport {
  public let table: CompatibilityTable
  let toolVersion: String

  public init(_ table: CompatibilityTable, toolVersion: String) {
    self.table = table
    self.toolVersion = toolVersion
  }

  /// The report as it goes into a file.
  public func text(_ format: CompatibilityFormat, width: Int = 80, style: Style = .plain) -> String {
    switch format {
    case .text: CompatibilityText(self, width: width, style: style).text
    case .tsv: tsv
    case .json: CompatibilityJSON(self).value.text
    case .markdown: CompatibilityMarkdown(self).text
    case .html: CompatibilityPage(self).text
    case .junit: CompatibilityJUnit(self).text
    }
  }

  /// `3 programs on 16 builds: 40 loads, 8 refused`; and which builds were not asked for their helpers.
  var summary: String {
    let counts = ProgramJudgement.Verdict.allCases.compactMap { verdict -> String? in
      let count = table.count(verdict)
      return count == 0 ? nil : "\(count) \(verdict.rawValue)"
    }
    let (programs, builds) = (table.rows.count, table.builds.count)
    let text =
      "\(programs) program\(programs == 1 ? "" : "s") on \(builds) build\(builds == 1 ? "" : "s"): \(counts.joined(separator: ", "))"
    let withoutHelpers = table.builds.filter { !$0.knowsHelpers }.map(\.name)
    return withoutHelpers.isEmpty ? text : text + "; without a word on helpers: \(withoutHelpers.joined(separator: ", "))"
  }

  /// Why, with the source lines: `read 24:8 at lb.bpf.c:142: …`; nil where the program loads.
  func reason(_ judgement: ProgramJudgement) -> String? {
    guard let reason = judgement.reason else { return nil }
    if let first = judgement.calls.first {
      let more = judgement.calls.count - 1
      return "\(first.call.codePlace.text): \(reason)" + (more > 0 ? "; and \(more) more" : "")
    }
    guard let first = judgement.judgements.first else { return reason }
    let more = judgement.judgements.count - 1
    return "\(first.use.codePlace.text): \(first.access): \(reason)" + (more > 0 ? "; and \(more) more" : "")
  }

  /// `needs at least 6.12.107 (debian-6.12-amd64), for __sk_buff.tstamp_type at lb.bpf.c:142`; nil where no build later takes
  /// what this one refuses.
  func need(_ row: CompatibilityTable.Row, _ index: Int) -> String? {
    guard let taken = row.takenFrom[index] else { return nil }
    let build = table.builds[taken]
    if let call = row.judgements[index].calls.first {
      return "needs at least \(build.release) (\(build.name)), for \(call.name) at \(call.call.codePlace.text)"
    }
    let first = row.judgements[index].judgements.first
    let place = first?.use.line.map { " at \($0.description)" } ?? ""
    let what = first.map { ", for \($0.use.name ?? $0.field ?? $0.access)\(place)" } ?? ""
    return "needs at least \(build.release) (\(build.name))\(what)"
  }

  /// A line a program and build: object, program, build, verdict, reason.
  private var tsv: String {
    table.rows.flatMap { row in
      zip(table.builds, row.judgements).map { build, judgement in
        [row.program.object, row.program.program, build.name, judgement.verdict.rawValue, reason(judgement) ?? ""]
          .map(Printable.line).joined(separator: "\t") + "\n"
      }
    }.joined()
  }
}
