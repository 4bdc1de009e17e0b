import Compatibility
import Programs

/// Writes a table of programs and builds for scripts (docs/compat.schema.json).
struct CompatibilityJSON {
  let report: CompatibilityReport

  init(_ report: CompatibilityReport) { self.report = report }

  var value: JSONValue {
    .object([
      ("schema", "ctxabi-compat"), ("version", 1), ("tool", .string("ctxabi \(report.toolVersion)")),
      ("reference", .string(report.table.reference)),
      (
        "builds",
        .array(
          report.table.builds.map {
            .object([("name", .string($0.name)), ("release", .string($0.release)), ("architecture", .string($0.architecture))])
          })
      ),
      ("counts", .object(ProgramJudgement.Verdict.allCases.map { ($0.rawValue, .number(report.table.count($0))) })),
      ("programs", .array(report.table.rows.map(program))),
    ])
  }

  private func program(_ row: CompatibilityTable.Row) -> JSONValue {
    let builds = report.table.builds.indices.map { index -> JSONValue in
      let judgement = row.judgements[index]
      return .object([
        ("build", .string(report.table.builds[index].name)), ("verdict", .string(judgement.verdict.rawValue)),
        ("reason", .string(judgement.reason)), ("needs", .string(row.takenFrom[index].map { report.table.builds[$0].name })),
        ("accesses", judgement.judgements.isEmpty ? .absent : .array(judgement.judgements.map(access))),
        ("helpers", judgement.calls.isEmpty ? .absent : .array(judgement.calls.map(call))),
        ("before", .string(judgement.difference?.change.before)), ("after", .string(judgement.difference?.change.after)),
        ("witness", .string(judgement.difference?.change.witness)),
      ])
    }
    return .object([
      ("object", .string(row.program.object)), ("program", .string(row.program.program)),
      ("section", .string(row.program.section)), ("type", .string(row.program.kind?.type)),
      ("attachType", .string(row.program.kind?.attachType)), ("builds", .array(builds)),
    ])
  }

  private func call(_ judgement: CallJudgement) -> JSONValue {
    .object([
      ("instruction", .number(judgement.call.instruction)), ("helper", .string(judgement.name)),
      ("line", .string(judgement.call.line?.description)),
    ])
  }

  private func access(_ judgement: UseJudgement) -> JSONValue {
    .object([
      ("instruction", .number(judgement.use.instruction)), ("access", .string(judgement.access)),
      ("field", .string(judgement.field ?? judgement.use.name)), ("line", .string(judgement.use.line?.description)),
    ])
  }
}
