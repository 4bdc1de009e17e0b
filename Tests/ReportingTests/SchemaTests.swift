import Baselines
import Foundation
import Reporting
import Testing
import Yams

/// Reports and snapshots against the schemas that are published for them.
@Suite struct SchemaTests {
  private static let sarif = Resources.directory.appending(path: "sarif-2.1.0/sarif-schema-2.1.0.json").path
  private static func published(_ name: String) -> String {
    Resources.directory.deletingLastPathComponent().deletingLastPathComponent().appending(path: "docs/\(name)").path
  }

  private static let reports = [Samples.report, Samples.unchanged, Hostile.report]

  @Test(arguments: reports) func sarif(_ report: ComparisonReport) throws {
    try expectValid(ReportFormat.sarif.text(of: report), Self.sarif)
  }

  @Test(arguments: reports) func report(_ report: ComparisonReport) throws {
    try expectValid(ReportFormat.json.text(of: report), Self.published("report.schema.json"))
  }

  @Test func snapshots() throws {
    try expectValid(Samples.old.json, Self.published("snapshot.schema.json"))
    try expectValid(Samples.new.json, Self.published("snapshot.schema.json"))
  }

  @Test(arguments: [Samples.history, Hostile.history]) func histories(_ history: KernelHistory) throws {
    try expectValid(history.json, Self.published("history.schema.json"))
  }

  @Test func fields() throws {
    for (context, field) in [("sample_md", "hash"), ("sample_md", "stamp"), ("small_md", "end")] {
      let history = FieldHistory(context: context, field: field, Samples.history.stages, toolVersion: "1.2.3")
      try expectValid(history.text(.json), Self.published("field.schema.json"))
    }
  }

  /// What `baseline accept` writes, and an empty file.
  @Test func waivers() throws {
    let day = try #require(CalendarDate("2026-01-31"))
    let waiver = Waiver(
      rule: "field-moved", finding: "xdp_md.data stands elsewhere", digest: "0123456789abcdef", baseline: "debian-6.12",
      reason: "agreed", who: "A. Maintainer", date: day, expires: day)
    for file in [WaiverFile([waiver]), WaiverFile([])] {
      let waivers = try Yams.load(yaml: file.yaml)
      let json = try JSONSerialization.data(withJSONObject: try #require(waivers))
      try expectValid(String(decoding: json, as: UTF8.self), Self.published("waivers.schema.json"))
    }
  }

  /// The schemas refuse what is wrong.
  @Test func nearMisses() throws {
    let misses = [
      (
        ReportFormat.sarif.text(of: Samples.report).replacing("\"level\": \"error\"", with: "\"level\": \"bad\""),
        Self.sarif
      ),
      (
        ReportFormat.json.text(of: Samples.report).replacing("\"severity\":", with: "\"gravity\":"),
        Self.published("report.schema.json")
      ),
      (
        Samples.old.json.replacing("\"access\": [\"read\"]", with: "\"access\": [\"look\"]"),
        Self.published("snapshot.schema.json")
      ),
      (
        #"{"waivers": [{"rule": "field-moved", "finding": "x", "reason": "x", "who": "x"}]}"#,
        Self.published("waivers.schema.json")
      ),
    ]
    for (text, schema) in misses {
      let result = try Resources.withFile(text, "json") { try Resources.run("validate-json", [schema, $0]) }
      #expect(result.status == 1 && result.output.hasPrefix("at "), "\(schema): \(result.output)")
    }
  }

  @Test func sarifSuppressesWhatIsWaived() throws {
    let results = try Self.results(Samples.report)
    let suppressed = results.filter { $0["suppressions"] != nil }
    #expect(suppressed.count == 1)
    #expect(suppressed.first?["ruleId"] as? String == "field-renamed")
    let suppression = (suppressed.first?["suppressions"] as? [[String: Any]])?.first
    #expect(suppression?["kind"] as? String == "external")
    #expect((suppression?["justification"] as? String)?.contains(Samples.waiver.reason) == true)
  }

  @Test func sarifFingerprintsAreUniqueAndStable() throws {
    let results = try Self.results(Samples.report)
    let prints = results.compactMap { ($0["partialFingerprints"] as? [String: String])?["ctxabiFinding/v2"] }
    #expect(prints.count == results.count)
    #expect(Set(prints).count == prints.count)
    #expect(prints.contains { $0.hasSuffix(":sample_md.hash") })
    // Other kernels around the same change give the same fingerprint.
    let reversed = try Self.results(
      ComparisonReport(old: Samples.report.old, new: Samples.report.new, verdict: Samples.report.verdict))
    let others = reversed.compactMap { ($0["partialFingerprints"] as? [String: String])?["ctxabiFinding/v2"] }
    #expect(Set(others).subtracting(prints) == [])
  }

  @Test func sarifPointsToHeaders() throws {
    let results = try Self.results(Samples.report)
    let uris = results.compactMap { result -> String? in
      let location = (result["locations"] as? [[String: Any]])?.first?["physicalLocation"] as? [String: Any]
      return (location?["artifactLocation"] as? [String: Any])?["uri"] as? String
    }
    #expect(uris.count == results.count)
    #expect(Set(uris) == ["include/uapi/linux/bpf.h"])
    // A path that leads out of the source tree is none.
    let hostile = ReportFormat.sarif.text(of: Hostile.report)
    #expect(!hostile.contains("\"uri\": \"..") && !hostile.contains("\"uri\": \"/"))
  }

  private static func results(_ report: ComparisonReport) throws -> [[String: Any]] {
    let text = ReportFormat.sarif.text(of: report)
    let log = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    let run = (log?["runs"] as? [[String: Any]])?.first
    return try #require(run?["results"] as? [[String: Any]])
  }

  private func expectValid(_ text: String, _ schema: String) throws {
    let result = try Resources.withFile(text, "json") { try Resources.run("validate-json", [schema, $0]) }
    #expect(result.status == 0, "\(result.output)")
  }
}
