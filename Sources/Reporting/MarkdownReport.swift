import Comparison
import ContextABI

/// Writes a comparison as Markdown for a mail or a pull request: the verdict first, then what matters, in lines that a
/// mailing list leaves alone.
struct MarkdownReport {
  private let report: ComparisonReport
  /// What a mailing list leaves alone.
  private static let width = 76

  init(_ report: ComparisonReport) { self.report = report }

  var text: String {
    var lines = heading
    for severity in [Severity.coverage, .breaking, .review, .addition, .correction] {
      let findings = report.verdict.all.filter { $0.rule.severity == severity }
      guard !findings.isEmpty else { continue }
      lines += ["", "## \(ComparisonReport.heading(severity)) (\(findings.count))"]
      var explained: Set<String> = []
      for finding in findings {
        lines += section(finding, explains: explained.insert(finding.rule.id).inserted)
      }
    }
    if !report.waived.isEmpty {
      lines += ["", "## Waived (\(report.waived.count))", ""]
      for waived in report.waived { lines += item(waived) }
    }
    lines += notes
    lines += ["", "ctxabi: \(report.countsLine)"]
    return lines.joined(separator: "\n") + "\n"
  }

  private var heading: [String] {
    [
      "# Context ABI: \(report.headline.lowercased())", "",
    ] + wrapped("**\(report.sentence)**" + (report.isEmpty ? "" : " In all: \(report.summary).")) + [
      "",
      "| | build | release |",
      "| --- | --- | --- |",
      row("old", report.old),
      row("new", report.new),
    ] + (report.hitSummary.map { ["", "\($0)."] } ?? []) + report.remarks.flatMap { [""] + wrapped(Self.prose($0)) }
  }

  private func row(_ label: String, _ side: ComparisonReport.Side) -> String {
    "| \(label) | \(cell(side.name)) | \(cell(side.title)) |"
  }

  // MARK: - Findings

  /// So many fields of a finding are shown in full, the others in short: a mail of one cause stays short.
  private static let shownInFull = 3

  private func section(_ finding: Finding, explains: Bool) -> [String] {
    let body = FindingBody(finding)
    var about = "\(Self.prose(finding.title)) (\(Self.code(finding.rule.id)))"
    if body.haveSamePrograms, let first = body.entries.first, let programs = report.programs(of: first.change) {
      about += ", for \(Self.prose(programs))"
    }
    about += "."
    if let remark = finding.remark { about += " " + Self.prose(remark.prefix(1).uppercased() + remark.dropFirst()) + "." }
    if explains { about += " " + Self.prose(finding.rule.rationale) }
    let place = Self.code(finding.place).replacing(Self.codeSpace, with: " ")
    let hits = report.hitLines(of: finding)
    let affected = hits.isEmpty ? [] : ["", "Hits:", ""] + hits.flatMap { wrapped("- \(Self.prose($0))", rest: "  ") }
    return ["", "### \(place)", ""] + wrapped(about) + content(body) + affected
  }

  private func content(_ body: FindingBody) -> [String] {
    if let entry = body.entries.first, body.isSingle {
      let facts = facts(entry.change) + (entry.change.accesses.isEmpty ? [] : [("access", entry.accesses)])
      return facts.isEmpty ? [] : [""] + Self.block(facts)
    }
    if body.isPlain {
      let names = FindingBody.names(body.entries).map(Self.code).joined(separator: ", ")
      let exposed = body.exposes.isEmpty ? [] : [""] + Self.block([("exposes", body.exposes.joined(separator: ", "))])
      return [""] + wrapped(names) + exposed
    }
    var lines: [(label: String, text: String)] = []
    for entry in body.entries.prefix(Self.shownInFull) {
      lines.append((label: "", text: entry.accesses.isEmpty ? entry.name : "\(entry.name): \(entry.accesses)"))
      lines += facts(entry.change)
      if !body.haveSamePrograms, let programs = report.programs(of: entry.change) { lines.append(("for", programs)) }
    }
    let rest = body.entries.dropFirst(Self.shownInFull)
    var result = [""] + Self.block(lines)
    if !rest.isEmpty { result += [""] + wrapped(others(rest)) }
    return result
  }

  /// The fields that are not shown in full, reads before stores.
  private func others(_ entries: some Sequence<FindingBody.Entry>) -> String {
    func list(_ entries: [FindingBody.Entry]) -> String { FindingBody.names(entries).map(Self.code).joined(separator: ", ") }
    let (reads, stores) = (entries.filter { !$0.change.isStore }, entries.filter { $0.change.isStore })
    return "The same edit: "
      + [reads.isEmpty ? "" : list(reads), stores.isEmpty ? "" : "stores to \(list(stores))"]
      .filter { !$0.isEmpty }.joined(separator: "; ") + "."
  }

  private func facts(_ change: Change) -> [(label: String, text: String)] {
    var facts: [(label: String, text: String)] = []
    if let before = change.before { facts.append(("was", before)) }
    if let after = change.after { facts.append(("is", after)) }
    if let witness = change.witness { facts.append(("witness", witness)) }
    if !change.exposes.isEmpty { facts.append(("exposes", change.exposes.joined(separator: ", "))) }
    if let remark = change.remark { facts.append(("", remark)) }
    return facts
  }

  private func item(_ waived: WaivedFinding) -> [String] {
    let (finding, note) = (waived.finding, waived.note)
    let until = note.expires.map { ", until \($0)" } ?? ""
    return wrapped(
      "- \(Self.prose(finding.title)) (\(Self.code(finding.rule.id))). "
        + "Accepted by \(Self.prose(note.who)), \(Self.prose(note.date + until)): \(Self.prose(note.reason))",
      rest: "  ")
  }

  /// Notes are counted by their rules.
  private var notes: [String] {
    let notes = report.verdict.all.filter { $0.rule.severity == .note }
    guard !notes.isEmpty else { return [] }
    let counts = Dictionary(grouping: notes, by: \.rule.id).sorted { $0.key < $1.key }
    let text = counts.map { "\($0.value.count) \(Self.code($0.key))" }.joined(separator: ", ")
    return [""] + wrapped("Notes that no program notices: \(text).")
  }

  // MARK: - Text

  /// Lines of prose; a span of code stays on one, for in a new line a part of it could be markup.
  private func wrapped(_ text: String, rest: String = "") -> [String] { Self.wrapped(text, rest: rest) }

  static func wrapped(_ text: String, rest: String = "") -> [String] {
    TextLayout.wrapped(text, first: "", rest: rest, width: width, keepsWords: true).map(spaced)
  }

  /// Code as it goes into a line that is not broken any more.
  static func spaced(_ text: String) -> String { text.replacing(codeSpace, with: " ") }

  /// Stands for a space in a span of code: no text of a report has this character.
  private static let codeSpace = "\u{1}"

  /// Code by indentation: nothing in it is markup, and it reads well in a mail.
  static func block(_ facts: [(label: String, text: String)]) -> [String] {
    let hasLabels = facts.contains { !$0.label.isEmpty }
    return facts.flatMap { label, text in
      let first = "    " + (hasLabels ? TextLayout.padded(label, 8) + " " : "")
      return TextLayout.wrapped(
        Printable.line(text), first: first, rest: String(repeating: " ", count: hasLabels ? first.count : 6),
        width: width)
    }
  }

  private func cell(_ text: String) -> String {
    Self.code(text).replacing("|", with: "\\|").replacing(Self.codeSpace, with: " ")
  }

  /// A word as code, whatever characters it has.
  static func code(_ text: String) -> String {
    let text = Printable.line(text).replacing(" ", with: codeSpace)
    guard text.contains("`") else { return text.isEmpty ? "" : "`\(text)`" }
    let longest = text.split(separator: "`", omittingEmptySubsequences: false).count
    let fence = String(repeating: "`", count: longest)
    return "\(fence)\(codeSpace)\(text)\(codeSpace)\(fence)"
  }

  /// Text in which nothing is markup. What is harmless inside of a word stays as it is, so that a mail reads well.
  static func prose(_ text: String) -> String {
    Printable.line(text).split(separator: " ", omittingEmptySubsequences: false).map(word).joined(separator: " ")
  }

  private static func word(_ word: Substring) -> String {
    // Code hosts turn these into links, and notify people.
    if ["@", "://", "www."].contains(where: word.contains) || word.first == "#" { return code(String(word)) }
    let isMarker = word.allSatisfy { "-+=_>#".contains($0) || $0.isNumber } || "0123456789".contains(word.first ?? " ")
    var result = ""
    for (index, character) in zip(word.indices, word) {
      let isInside = index != word.startIndex && word.index(after: index) != word.endIndex
      let isRisky =
        switch character {
        case "\\", "`", "*", "[", "<", "|", "&", "~": true
        case "_": !isInside
        case "-", "+", "=", ">", ".", ")": isMarker && (index == word.startIndex || !isInside)
        default: false
        }
      if isRisky { result.append("\\") }
      result.append(character)
    }
    return result
  }
}
