import Comparison
import ContextABI

/// Writes a comparison as Markdown for a mail or a pull request: the verdict first, then what matters, in lines that a
/// mailing list leaves alone.
struct MarkdownReport {
  private let report: ComparisonReport
  private let width = 76

  init(_ report: ComparisonReport) { self.report = report }

  var text: String {
    var lines = heading
    for severity in [Severity.coverage, .breaking, .review, .addition] {
      let changes = report.verdict.changes.filter { $0.rule.severity == severity }
      guard !changes.isEmpty else { continue }
      lines += ["", "## \(ComparisonReport.heading(severity)) (\(changes.count))"]
      var explained: Set<String> = []
      for group in ChangeGroup.groups(of: changes) {
        lines += section(group, explains: explained.insert(group.rule.id).inserted)
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
    ]
  }

  private func row(_ label: String, _ side: ComparisonReport.Side) -> String {
    "| \(label) | \(cell(side.name)) | \(cell(side.title)) |"
  }

  // MARK: - Changes

  private func section(_ group: ChangeGroup, explains: Bool) -> [String] {
    var about = "\(Self.prose(group.summary)) (\(Self.code(group.rule.id)))"
    if let programs = report.programs(of: group.first) { about += ", for \(Self.prose(programs))" }
    about += "."
    if explains { about += " " + Self.prose(group.rule.rationale) }
    var lines = ["", "### \(Self.code(group.place).replacing(Self.codeSpace, with: " "))", ""] + wrapped(about)
    if !group.isSingle, group.isPlain {
      lines += list(group)
      if !group.exposes.isEmpty { lines += [""] + block([("exposes", group.exposes.joined(separator: ", "))]) }
      return lines
    }
    var facts = facts(group.first)
    if !group.otherFields.isEmpty { facts.append(("likewise", group.otherFields.joined(separator: ", "))) }
    return facts.isEmpty ? lines : lines + [""] + block(facts)
  }

  /// The fields of a plain group, with what became of them where there is such.
  private func list(_ group: ChangeGroup) -> [String] {
    let items = group.items
    if items.allSatisfy({ $0.detail == nil }) {
      return [""] + wrapped(items.map { Self.code($0.name) }.joined(separator: ", "))
    }
    return [""] + block(items.map { ("", $0.detail ?? $0.name) })
  }

  private func facts(_ change: Change) -> [(String, String)] {
    let evidence = change.evidence
    var facts: [(String, String)] = []
    if let before = evidence.before { facts.append(("was", before)) }
    if let after = evidence.after { facts.append(("is", after)) }
    if let witness = evidence.witness { facts.append(("witness", witness)) }
    if !evidence.exposes.isEmpty { facts.append(("exposes", evidence.exposes.joined(separator: ", "))) }
    if let remark = evidence.remark { facts.append(("", remark)) }
    if !evidence.accesses.isEmpty { facts.append(("access", evidence.accesses.joined(separator: ", "))) }
    if !change.alsoMatched.isEmpty { facts.append(("also", change.alsoMatched.joined(separator: ", "))) }
    return facts
  }

  private func item(_ waived: WaivedChange) -> [String] {
    let (change, note) = (waived.change, waived.note)
    let until = note.expires.map { ", until \($0)" } ?? ""
    return wrapped(
      "- \(Self.code(change.place)): \(Self.prose(change.summary)) (\(Self.code(change.rule.id))). "
        + "Accepted by \(Self.prose(note.who)), \(Self.prose(note.date + until)): \(Self.prose(note.reason))",
      rest: "  ")
  }

  /// Notes are counted by their rules.
  private var notes: [String] {
    let changes = report.verdict.changes.filter { $0.rule.severity == .note }
    guard !changes.isEmpty else { return [] }
    let counts = Dictionary(grouping: changes, by: \.rule.id).sorted { $0.key < $1.key }
    let text = counts.map { "\($0.value.count) \(Self.code($0.key))" }.joined(separator: ", ")
    return [""] + wrapped("Notes that no program notices: \(text).")
  }

  // MARK: - Text

  /// Lines of prose; a span of code stays on one, for in a new line a part of it could be markup.
  private func wrapped(_ text: String, rest: String = "") -> [String] {
    TextLayout.wrapped(text, first: "", rest: rest, width: width, keepsWords: true).map {
      $0.replacing(Self.codeSpace, with: " ")
    }
  }

  /// Stands for a space in a span of code: no text of a report has this character.
  private static let codeSpace = "\u{1}"

  /// Code by indentation: nothing in it is markup, and it reads well in a mail.
  private func block(_ facts: [(String, String)]) -> [String] {
    let hasLabels = facts.contains { !$0.0.isEmpty }
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
