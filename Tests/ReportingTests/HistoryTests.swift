import ContextABI
import Foundation
import Reporting
import Testing

/// The page of a history.
@Suite struct HistoryTests {
  @Test(arguments: [Samples.history, Hostile.history]) func isSelfContained(_ history: KernelHistory) throws {
    try expectSelfContained(ParsedDocument(history.html))
    #expect(history.html.unicodeScalars.filter { $0.isInvisible && $0 != "\n" }.isEmpty)
  }

  /// Each field has what happened to it in the column of the build in which it happened.
  @Test func fields() throws {
    let rows = Self.rows(Samples.history.html, "sample_md")
    // Since when it is as it is, three builds with the newest first, who may read it, who may write it.
    #expect(rows["len"] == ["first", "r", "r", "0 r", "all", ""])
    #expect(rows["mark"] == ["7.0.0", "−write rw", "+write rw", "4 rw", "all", "sched_cls"])
    #expect(rows["ifindex"] == ["7.0.0", "meaning r", "meaning r", "8 r", "all", ""])
    #expect(rows["hash"] == ["7.0.0", "moved +read 12 r", "−read moved 16 r", "12 r", "all", ""])
    #expect(rows["queue"] == ["7.0.0", "gone", "new 12 r", "absent", "all", ""])
    #expect(rows["stamp"] == ["7.0.0", "gone", "new 24 r", "absent", "sched_cls", ""])
    #expect(rows["tag"] == ["7.0.0", "new 18 r", "gone", "18 r", "socket_filter", ""])
    #expect(rows["the structure"] == ["", "24 bytes", "32 bytes", "24 bytes", "", ""])
  }

  @Test func renamedFields() throws {
    let rows = Self.rows(Samples.history.html, "small_md")
    #expect(rows["end"] == ["7.0.0", "new name 4 r", "renamed", "4 r", "xdp", ""])
    #expect(rows["data_end"] == ["7.0.0", "renamed", "new name 4 r", "absent", "xdp", ""])
  }

  /// Since the build that brought the last change, which is not always the newest one.
  @Test func since() throws {
    let history = KernelHistory(Samples.history.stages.dropLast())
    let rows = Self.rows(history.html, "sample_md")
    #expect(rows["hash"]?.first == "6.12.0" && rows["stamp"]?.first == "6.12.0" && rows["len"]?.first == "first")
    let same = KernelHistory(Samples.history.stages.dropLast() + [Samples.history.stages[1]])
    #expect(Self.rows(same.html, "sample_md")["hash"]?.first == "6.12.0")
  }

  /// A member of a union whose bytes programs access by another name is not without access.
  @Test func unions() throws {
    let union = Samples.build(
      release: "6.1.0-sample",
      contexts: [
        Samples.context(
          "sample_md", size: 8,
          [("args", 0, 4, "__u32", "u32"), ("reply", 0, 4, "__u32", "u32"), ("rest", 4, 4, "__u32", "u32")],
          [Samples.rule("args", 0, 4, [.write], "skb->mark = value", Samples.both)])
      ], hashAt: 160)
    let side = ComparisonReport.Side(name: "a", snapshot: union)
    let rows = Self.rows(KernelHistory([side, side]).html, "sample_md")
    #expect(rows["reply"]?[2] == "0 w" && rows["args"]?[2] == "0 w", "\(rows)")
    #expect(rows["rest"]?[2] == "4 no access–")
  }

  /// Every badge of the tables is told, and every field can be found by its name.
  @Test func legendAndIndex() throws {
    let page = Samples.history.html
    let start = try #require(page.range(of: "<dl class='words'>")?.upperBound)
    let end = try #require(page[start...].range(of: "</dl>")?.lowerBound)
    let told = Set(page[start..<end].matches(of: /<span class='badge [a-z]+'>([^<]+)</).map { String($0.1) })
    let tables = page.components(separatedBy: "<table class='history'>").dropFirst(2).compactMap {
      $0.components(separatedBy: "</table>").first
    }
    let used = Set(tables.joined().matches(of: /class='badge [a-z]+'[^>]*>([^<]+)</).map { String($0.1) })
    #expect(used.contains("meaning") && used.subtracting(told) == [], "\(used.subtracting(told))")
    for field in ["hash", "queue", "data_end"] {
      let anchor = try #require(page.firstMatch(of: try Regex("<a href='#([^']+)'><code>\(field)</code>"))?.output[1].substring)
      #expect(page.ranges(of: "<tr id='\(anchor)'>").count == 1, "\(field)")
    }
  }

  /// The same as data: digests lead from a field to the finding of the step.
  @Test func json() throws {
    let object = try #require(
      JSONSerialization.jsonObject(with: Data(Samples.history.json.utf8)) as? [String: Any])
    let contexts = try #require(object["contexts"] as? [[String: Any]])
    let sample = try #require(contexts.first { $0["name"] as? String == "sample_md" })
    let fields = try #require(sample["fields"] as? [[String: Any]])
    let hash = try #require(fields.first { $0["name"] as? String == "hash" })
    #expect(hash["since"] as? String == "sample-7.0" && hash["readers"] as? [String] == ["SCHED_CLS", "SOCKET_FILTER"])
    let builds = try #require(hash["builds"] as? [[String: Any]])
    #expect(builds.map { $0["place"] as? String } == ["12", "16", "12"] && builds[0]["changes"] == nil)
    let steps = try #require(object["steps"] as? [[String: Any]])
    let findings = try #require(steps[0]["findings"] as? [[String: Any]])
    let rules = (builds[1]["changes"] as? [String])?.compactMap { digest in
      findings.first { $0["digest"] as? String == digest }?["rule"] as? String
    }
    #expect(rules?.sorted() == ["field-moved", "read-revoked"], "\(builds)")
    #expect((fields.first { $0["name"] as? String == "len" })?["since"] == nil)
  }

  @Test func isTheSameEveryTime() {
    #expect(Samples.history.html == KernelHistory(Samples.history.stages, toolVersion: "1.2.3").html)
  }

  /// The cells of a context's table by field, as text.
  private static func rows(_ page: String, _ context: String) -> [String: [String]] {
    guard let section = page.range(of: "<section id='context-\(context)'"),
      let start = page[section.upperBound...].range(of: "<tbody>"),
      let end = page[start.upperBound...].range(of: "</tbody>")
    else { return [:] }
    var rows: [String: [String]] = [:]
    for row in page[start.upperBound..<end.lowerBound].split(separator: /<tr[^>]*>/).dropFirst() {
      let cells = row.matches(of: /<t[hd][^>]*>(.*?)<\/t[hd]>/).map {
        String($0.1).replacing(/<[^>]*>/, with: "").trimmingCharacters(in: .whitespaces)
      }
      guard let field = cells.first else { continue }
      rows[field] = Array(cells.dropFirst())
    }
    return rows
  }
}
