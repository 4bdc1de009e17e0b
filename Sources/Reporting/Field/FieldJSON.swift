import ContextABI

/// Writes what became of one field as JSON, as docs/field.schema.json describes it.
struct FieldJSON {
  private let history: FieldHistory

  init(_ history: FieldHistory) { self.history = history }

  var text: String {
    let answer = FieldAnswer(history)
    let value: JSONValue = [
      "schema": "ctxabi-field",
      "version": 1,
      "tool": ["name": "ctxabi", "version": .string(history.toolVersion.isEmpty ? nil : history.toolVersion)],
      "context": .string(history.context),
      "field": .string(history.field),
      "programs": .strings(history.programs),
      "answer": [
        "verdict": .string(answer.verdict.rawValue), "sentence": .string(answer.sentence),
        "reasons": .strings(answer.reasons),
      ],
      "builds": .array(history.stages.map(stage)),
    ]
    return value.text
  }

  private func stage(_ stage: FieldHistory.Stage) -> JSONValue {
    let provenance = stage.side.snapshot.provenance
    return [
      "name": .string(stage.side.name),
      "release": .string(provenance.release),
      "architecture": .string(provenance.architecture),
      "isPresent": .boolean(stage.member != nil),
      "type": .string(stage.member?.type),
      "bitOffset": .number(stage.member?.bitOffset),
      "bitSize": .number(stage.member?.bitSize),
      "hole": .string(stage.hole),
      "readers": .strings(stage.readers.sorted()),
      "writers": .strings(stage.writers.sorted()),
      "accesses": .array(stage.rules.map(access)),
      "changes": .array(stage.events.flatMap(changes)),
    ]
  }

  private func access(_ rule: AccessRule) -> JSONValue {
    [
      "field": .string(rule.field),
      "offset": .number(rule.offset),
      "size": .number(rule.size),
      "kinds": .strings(rule.kinds.map(\.rawValue)),
      "registerType": .string(rule.registerType.isEmpty ? nil : rule.registerType),
      "needsPrivilege": .boolean(rule.needsPrivilege),
      "programs": .strings(rule.programs),
      "meaning": .string(rule.meaning.description),
    ]
  }

  private func changes(_ event: FieldHistory.Event) -> [JSONValue] {
    event.changes.map { change in
      [
        "rule": .string(event.finding.rule.id),
        "severity": .string(event.finding.rule.severity.rawValue),
        "title": .string(event.finding.title),
        "programs": .strings(change.programs),
        "accesses": .strings(change.accesses),
        "before": .string(change.before),
        "after": .string(change.after),
        "witness": .string(change.witness),
        "remark": .string(change.remark ?? event.finding.remark),
      ]
    }
  }
}
