import ContextABI
import Foundation
import Reporting
import Testing

/// What lists of baselines say, and that they fit a terminal.
@Suite struct BaselineTableTests {
  private static func provenance(_ release: String, _ version: String?) -> Provenance {
    var provenance = Provenance(
      release: release, architecture: "x86_64", buildID: "0011", compiler: "gcc", types: "BTF", tool: "ctxabi",
      configuration: nil)
    provenance.version = version
    return provenance
  }

  private static let table = BaselineTable([
    (
      "debian-6.12-backports-amd64",
      provenance("6.12.95+deb12-cloud-amd64", "#1 SMP PREEMPT_DYNAMIC Debian 6.12.95-1~bpo12+1 (2026-06-01)")
    ),
    ("mine", provenance("7.0.0", "#3 SMP Tue Nov  5 12:00:00 UTC 2024")), ("old", provenance("6.1.0", nil)),
  ])

  @Test func versions() {
    let debian = KernelVersion(text: "#1 SMP PREEMPT_DYNAMIC Debian 6.1.176-1 (2026-07-15)")
    #expect(debian.package == "6.1.176-1" && debian.date == "2026-07-15")
    let own = KernelVersion(text: "#1 SMP PREEMPT_DYNAMIC Tue Nov  5 12:00:00 UTC 2024")
    #expect(own.package == nil && own.date == "2024-11-05")
    for text in ["", "#1", "#1 SMP", "#1 SMP (2026-7-1)", "#1 SMP Tue Foo 5 12:00:00 UTC 2024", "(2026-07-15)"] {
      #expect(KernelVersion(text: text).package == nil, "\(text)")
    }
    #expect(KernelVersion(text: "#1 SMP Tue Foo 5 12:00:00 UTC 2024").date == nil)
  }

  @Test func wide() {
    #expect(
      Self.table.text(.text, width: 120) == """
        NAME                         RELEASE                    ARCHITECTURE  DATE        PACKAGE
        debian-6.12-backports-amd64  6.12.95+deb12-cloud-amd64  x86_64        2026-06-01  6.12.95-1~bpo12+1
        mine                         7.0.0                      x86_64        2024-11-05  -
        old                          6.1.0                      x86_64        -           -

        """)
  }

  /// The name stands above the rest where there is no room.
  @Test func narrow() {
    #expect(
      Self.table.text(.text, width: 80) == """
        NAME
          RELEASE                    ARCHITECTURE  DATE        PACKAGE
        debian-6.12-backports-amd64
          6.12.95+deb12-cloud-amd64  x86_64        2026-06-01  6.12.95-1~bpo12+1
        mine
          7.0.0                      x86_64        2024-11-05  -
        old
          6.1.0                      x86_64        -           -

        """)
  }

  @Test func markdownAndJSON() throws {
    #expect(
      Self.table.text(.markdown).split(separator: "\n")[2]
        == "| `debian-6.12-backports-amd64` | `6.12.95+deb12-cloud-amd64` | `x86_64` | `2026-06-01` | `6.12.95-1~bpo12+1` |")
    let json = Self.table.text(.json)
    let schema = Resources.directory.deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "docs/baselines.schema.json").path
    let result = try Resources.withFile(json, "json") { try Resources.run("validate-json", [schema, $0]) }
    #expect(result.status == 0, "\(result.output)")
    #expect(json.contains("\"package\": \"6.12.95-1~bpo12+1\""))
  }
}

/// The verdicts on all pairs of builds.
@Suite struct MatrixTests {
  private static let matrix = BuildMatrix(
    Samples.history.stages, reports: ["sample-6.1..sample-6.12": "sample-6.1..sample-6.12.html"], toolVersion: "1.2.3")

  @Test func isSelfContained() throws {
    try expectSelfContained(ParsedDocument(BuildMatrix(Samples.history.stages, toolVersion: "1.2.3").html))
    let hostile = BuildMatrix(Hostile.history.stages)
    try expectSelfContained(ParsedDocument(hostile.html))
  }

  /// Newest first; the first and the last build of the history are the same, what is between them is not.
  @Test func pairs() {
    let rows = Self.matrix.html.components(separatedBy: "<tr>").dropFirst().map {
      $0.replacing(/<[^>]*>/, with: " ").split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
    }
    #expect(rows.count == 3)
    #expect(rows[0].hasPrefix("from \\ to 7.0.0 sample- 7.0 6.12.0") || rows[0].contains("7.0.0") && rows[0].contains("6.12.0"))
    let newest = rows[0].ranges(of: "7.0.0").first?.lowerBound
    let middle = rows[0].ranges(of: "6.12.0").first?.lowerBound
    #expect(newest.flatMap { first in middle.map { first < $0 } } == true)
    #expect(rows[1].hasPrefix("6.12.0") && rows[1].contains("Breaking"), "\(rows)")
    #expect(rows[2].hasPrefix("6.1.0") && rows[2].contains("No change Breaking"), "\(rows)")
    #expect(Self.matrix.html.contains("<a href='sample-6.1..sample-6.12.html'>Breaking</a>"))
  }
}
