import Comparison
import ContextABI

/// Writes a history as JSON, as docs/history.schema.json describes it.
struct HistoryJSON {
  private let history: KernelHistory

  init(_ history: KernelHistory) { self.history = history }

  var text: String {
    let value: JSONValue = [
      "schema": "ctxabi-history",
      "version": 1,
      "tool": ["name": "ctxabi", "version": .string(history.toolVersion.isEmpty ? nil : history.toolVersion)],
      "filter": history.leftOut.map {
        ["options": .string($0.filter), "leftOut": .number($0.count), "stopped": .number($0.stopped)]
      } ?? .absent,
      "builds": .array(history.stages.map(JSONReport.side)),
      "contexts": .array(history.contextNames.map { context(ContextHistory($0, history)) }),
      "steps": .array(history.steps.map(step)),
    ]
    return value.text
  }

  private func context(_ context: ContextHistory) -> JSONValue {
    [
      "name": .string(context.name),
      "builds": .array(
        context.sizes.indices.map { stage in
          [
            "size": .number(context.sizes[stage]),
            "changes": changes(context.events[stage]),
          ]
        }),
      "fields": .array(context.rows.map(field)),
    ]
  }

  private func field(_ row: ContextHistory.Row) -> JSONValue {
    [
      "name": .string(row.field),
      "since": .string(row.since.map { history.stages[$0].name }),
      "readers": .strings(row.readers.sorted()),
      "writers": .strings(row.writers.sorted()),
      "builds": .array(
        row.cells.map { cell in
          [
            "isPresent": .boolean(cell.place != nil),
            "place": .string(cell.place.flatMap { $0.isEmpty ? nil : $0 }),
            "access": .string(cell.access.isEmpty ? nil : cell.access),
            "changes": changes(cell.events),
          ]
        }),
    ]
  }

  /// The digests of findings, which the step to the build tells in full.
  private func changes(_ findings: [Finding]) -> JSONValue { .strings(findings.map(\.digest)) }

  private func step(_ report: ComparisonReport) -> JSONValue {
    let json = JSONReport(report)
    return [
      "old": .string(report.old.name), "new": .string(report.new.name), "worst": .string(report.worst?.rawValue),
      "counts": json.counts, "findings": .array(json.findings),
    ]
  }
}

extension KernelHistory {
  /// The history as data.
  public var json: String { HistoryJSON(self).text }
}
