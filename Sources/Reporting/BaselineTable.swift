import ContextABI

/// The formats in which baselines are listed.
public enum BaselineFormat: String, Sendable, CaseIterable { case text, json, markdown }

/// Writes what baselines there are.
public struct BaselineTable: Sendable {
  private let baselines: [(name: String, provenance: Provenance)]

  public init(_ baselines: [(name: String, provenance: Provenance)]) { self.baselines = baselines }

  /// - Parameter width: how many columns a line of text may take.
  public func text(_ format: BaselineFormat, width: Int = 80) -> String {
    switch format {
    case .text: lines(width).joined(separator: "\n") + "\n"
    case .json: json.text
    case .markdown: markdown
    }
  }

  // MARK: - Text

  private static let heads = ["NAME", "RELEASE", "ARCHITECTURE", "DATE", "PACKAGE"]

  /// A row a baseline; where that is too wide the name stands alone above the rest. No column is empty.
  private func lines(_ width: Int) -> [String] {
    let all = [Self.heads] + baselines.map(Self.cells)
    let hasPackages = all.dropFirst().contains { $0[4] != "-" }
    let rows = all.map { row in (hasPackages ? row : row.dropLast()).map(Printable.line) }
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    let isWide = widths.reduce(-2) { $0 + $1 + 2 } <= width
    return rows.flatMap { row -> [String] in
      let cells = zip(row, widths).map { TextLayout.padded($0, $1) }
      if isWide { return [Self.trimmed(cells.joined(separator: "  "))] }
      return [row[0], Self.trimmed("  " + cells.dropFirst().joined(separator: "  "))]
    }
  }

  private static func trimmed(_ line: String) -> String {
    String(line.reversed().drop { $0 == " " }.reversed())
  }

  private static func cells(_ baseline: (name: String, provenance: Provenance)) -> [String] {
    let version = baseline.provenance.version.map { KernelVersion(text: $0) }
    return [
      baseline.name, baseline.provenance.release, baseline.provenance.architecture, version?.date ?? "-",
      version?.package ?? "-",
    ]
  }

  // MARK: - Other formats

  private var markdown: String {
    let rows = baselines.map { baseline in
      let cells = Self.cells(baseline).map { text in
        text == "-" ? "" : MarkdownReport.spaced(MarkdownReport.code(text)).replacing("|", with: "\\|")
      }
      return "| \(cells.joined(separator: " | ")) |"
    }
    let head = "| baseline | release | architecture | date of the kernel | package |\n| --- | --- | --- | --- | --- |\n"
    return head + rows.map { "\($0)\n" }.joined()
  }

  private var json: JSONValue {
    [
      "schema": "ctxabi-baselines", "version": 1,
      "baselines": .array(
        baselines.map { name, provenance in
          let version = provenance.version.map { KernelVersion(text: $0) }
          return [
            "name": .string(name), "release": .string(provenance.release), "architecture": .string(provenance.architecture),
            "package": .string(version?.package), "date": .string(version?.date), "buildID": .string(provenance.buildID),
            "compiler": .string(provenance.compiler), "types": .string(provenance.types), "tool": .string(provenance.tool),
          ]
        }),
    ]
  }
}
