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
      for group in ChangeGroup.groups(of: changes) { lines += section(group) }
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
    ] + wrapped("**\(report.sentence)** \(sentenceCase(report.summary)).") + [
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

  private func sentenceCase(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

  // MARK: - Changes

  private func section(_ group: ChangeGroup) -> [String] {
    var lines = [""] + wrapped("### \(Self.code(group.place)): \(Self.prose(group.summary))", rest: "")
    // A heading is one line.
    lines = ["", lines.dropFirst().joined(separator: " ")]
    var about = "Rule \(Self.code(group.rule.id))"
    if let programs = report.programs(of: group.first) { about += ", for \(Self.prose(programs))" }
    lines += [""] + wrapped(about + ". " + Self.prose(group.rule.rationale))
    if !group.isSingle, group.isPlain {
      lines += list(group)
      if !group.exposes.isEmpty { lines += [""] + block([("exposes", group.exposes.joined(separator: ", "))]) }
      return lines
    }
    let facts = facts(group.first)
    if !facts.isEmpty { lines += [""] + block(facts) }
    if !group.otherFields.isEmpty {
      let others = group.otherFields.map(Self.code).joined(separator: ", ")
      lines += [""] + wrapped("Likewise (\(Self.prose(group.first.evidence.cause ?? ""))): \(others)")
    }
    return lines
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

  private func wrapped(_ text: String, rest: String = "") -> [String] {
    TextLayout.wrapped(text, first: "", rest: rest, width: width)
  }

  /// Code by indentation: nothing in it is markup, and it reads well in a mail.
  private func block(_ facts: [(String, String)]) -> [String] {
    let hasLabels = facts.contains { !$0.0.isEmpty }
    return facts.flatMap { label, text in
      let first = "    " + (hasLabels ? TextLayout.padded(label, 8) : "")
      return TextLayout.wrapped(
        Printable.line(text), first: first, rest: String(repeating: " ", count: hasLabels ? first.count : 6),
        width: width)
    }
  }

  private func cell(_ text: String) -> String { Self.code(text).replacing("|", with: "\\|") }

  /// A word as code, whatever characters it has.
  static func code(_ text: String) -> String {
    let text = Printable.line(text)
    guard text.contains("`") else { return text.isEmpty ? "" : "`\(text)`" }
    let longest = text.split(separator: "`", omittingEmptySubsequences: false).count
    let fence = String(repeating: "`", count: longest)
    return "\(fence) \(text) \(fence)"
  }

  /// Text in which nothing is markup.
  static func prose(_ text: String) -> String {
    var result = ""
    for character in Printable.line(text) {
      if "\\`*_{}[]<>#|!~&@".contains(character) { result.append("\\") }
      result.append(character)
    }
    return result
  }
}
