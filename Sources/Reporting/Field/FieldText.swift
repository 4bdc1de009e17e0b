import Comparison
import ContextABI

/// Writes what became of one field for a terminal: the answer first, then each build in which something happened.
struct FieldText {
  private let history: FieldHistory
  private let width: Int
  private let style: Style

  init(_ history: FieldHistory, width: Int = 80, style: Style = .plain) {
    self.history = history
    self.width = max(width, 40)
    self.style = style
  }

  var text: String {
    let answer = FieldAnswer(history)
    var lines = wrapped(answer.sentence, first: "", rest: "  ").map { style.severity($0, Self.tone(answer.verdict)) }
    if history.stages.count > 1 {
      if !answer.readers.isEmpty { lines += wrapped(answer.readers, first: "read in all builds by     ", rest: "  ") }
      if !answer.writers.isEmpty { lines += wrapped(answer.writers, first: "written in all builds by  ", rest: "  ") }
    }
    var unchanged: [FieldHistory.Stage] = []
    var shown: [String]?
    for (index, stage) in history.stages.enumerated() {
      let state = state(stage)
      if index > 0, stage.events.isEmpty, state == shown {
        unchanged.append(stage)
        continue
      }
      lines += same(unchanged)
      unchanged = []
      lines += ["", style.bold(Printable.line("\(stage.side.snapshot.provenance.release)  (\(stage.side.name))"))]
      for event in stage.events { lines += self.lines(event, stage) }
      if state != shown { lines += state }
      shown = state
    }
    return (lines + same(unchanged)).joined(separator: "\n") + "\n"
  }

  private static func tone(_ verdict: FieldAnswer.Verdict) -> Severity {
    switch verdict {
    case .safe: .addition
    case .review, .unknown: .review
    case .unsafe: .breaking
    }
  }

  private func same(_ stages: [FieldHistory.Stage]) -> [String] {
    let releases = stages.map(\.side.snapshot.provenance.release)
    guard let first = releases.first, let last = releases.last else { return [] }
    let text =
      releases.count > 2 ? "the \(releases.count) builds from \(first) to \(last)" : releases.joined(separator: " and ")
    return [""] + wrapped("the same in \(text)", first: "", rest: "  ").map(style.dim)
  }

  // MARK: - A build

  /// The declaration, and who may do what.
  private func state(_ stage: FieldHistory.Stage) -> [String] {
    if let hole = stage.hole { return wrapped("not known: \(hole)", first: "  ", rest: "    ") }
    guard let member = stage.member else { return ["  does not exist"] }
    let size = member.bitSize % 8 == 0 ? "\(member.sizeText) bytes" : member.sizeText
    let declaration = wrapped("\(member.declaration); /* \(member.placeText), \(size) */", first: "  ", rest: "    ")
    guard !stage.rules.isEmpty else { return declaration + ["      no access"] }
    let snapshot = stage.side.snapshot
    let context = Context(
      name: history.context, layout: Layout(size: 0, alignment: 0, members: []), rules: stage.rules)
    let accesses = AccessText(
      context, snapshot.programs.filter { $0.context == history.context }, snapshot, detail: .meaning, width: width,
      style: style)
    let usual = accesses.usual.map { wrapped("by \($0), unless others are named", first: "      ", rest: "        ") }
    return declaration + (usual ?? []) + accesses.lines(ordered(stage.rules, member), of: member)
  }

  /// What is of the field alone before what is of its neighbours as well.
  private func ordered(_ rules: [AccessRule], _ member: LayoutMember) -> [AccessRule] {
    let isInside = { (rule: AccessRule) in (rule.offset + rule.size) * 8 <= member.bitOffset + member.bitSize }
    return rules.filter(isInside) + rules.filter { !isInside($0) }
  }

  // MARK: - What happened

  private func lines(_ event: FieldHistory.Event, _ stage: FieldHistory.Stage) -> [String] {
    let severity = event.finding.rule.severity
    let title = "\(ComparisonReport.noun(severity, 1)): \(event.finding.title)  [\(event.finding.rule.id)]"
    var lines = wrapped(title, first: "  ", rest: "    ").map { style.severity($0, severity) }
    if let remark = event.finding.remark { lines += wrapped(remark, first: "    ", rest: "    ") }
    for change in event.changes {
      for (label, text) in FieldEventFacts(change, stage).facts {
        lines += wrapped(text, first: "    \(TextLayout.padded(label, 7)) ", rest: String(repeating: " ", count: 12))
      }
    }
    return lines
  }

  private func wrapped(_ text: String, first: String, rest: String) -> [String] {
    TextLayout.wrapped(Printable.line(text), first: first, rest: rest, width: width)
  }
}

/// What there is to say of one change of a field, label by label.
struct FieldEventFacts {
  let facts: [(label: String, text: String)]

  init(_ change: Change, _ stage: FieldHistory.Stage) {
    var facts: [(String, String)] = []
    if let before = change.before { facts.append(("was", before)) }
    if let after = change.after { facts.append(("is", after)) }
    if let witness = change.witness { facts.append(("witness", witness)) }
    if let remark = change.remark { facts.append(("", remark)) }
    if !change.programs.isEmpty { facts.append(("for", stage.side.programNames(change.context).text(change.programs))) }
    if !change.accesses.isEmpty { facts.append(("access", FindingBody.compact(change.accesses))) }
    self.facts = facts
  }
}

extension LayoutMember {
  /// `__u32 cb[5]`
  var declaration: String {
    let type = type.prefix { $0 != "[" }
    let isBitField = bitOffset % 8 != 0 || bitSize % 8 != 0
    return "\(type) \(name)\(self.type.dropFirst(type.count))\(isBitField ? ":\(bitSize)" : "")"
  }
}
