import ContextABI

/// Writes what became of one field as Markdown: the answer, a table of the builds, and what happened in full.
struct FieldMarkdown {
  private let history: FieldHistory

  init(_ history: FieldHistory) { self.history = history }

  var text: String {
    let answer = FieldAnswer(history)
    var lines = ["# Field \(code(history.name))", ""] + wrapped("**\(MarkdownReport.prose(answer.sentence))**") + [""]
    lines += ["| build | release | place | read by | written by | what happened |", "| --- | --- | --- | --- | --- | --- |"]
    lines += history.stages.map(row)
    for stage in history.stages where !stage.events.isEmpty {
      lines += ["", "## \(code(stage.side.snapshot.provenance.release))"]
      for event in stage.events { lines += section(event, stage) }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func row(_ stage: FieldHistory.Stage) -> String {
    let names = stage.side.programNames(history.context)
    let cells = [
      code(stage.side.name), code(stage.side.snapshot.provenance.release),
      stage.member.map { code("\($0.type) at \($0.placeText)") } ?? "does not exist",
      stage.hole == nil ? code(names.text(stage.readers)) : "not known",
      stage.hole == nil ? code(names.text(stage.writers)) : "not known",
      stage.events.map { code($0.finding.rule.id) }.joined(separator: ", "),
    ]
    return "| \(cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ")) |"
  }

  private func section(_ event: FieldHistory.Event, _ stage: FieldHistory.Stage) -> [String] {
    let severity = ComparisonReport.noun(event.finding.rule.severity, 1)
    let rule = MarkdownReport.code(event.finding.rule.id)
    var lines = [""] + wrapped("**\(severity)**: \(MarkdownReport.prose(event.finding.title)) (\(rule))")
    if let remark = event.finding.remark { lines += [""] + wrapped(MarkdownReport.prose(remark)) }
    for change in event.changes {
      lines += [""] + MarkdownReport.block(FieldEventFacts(change, stage).facts)
    }
    return lines
  }

  private func wrapped(_ text: String) -> [String] { MarkdownReport.wrapped(text) }

  /// A word as code; nothing for none.
  private func code(_ text: String) -> String { MarkdownReport.spaced(MarkdownReport.code(text)) }
}
