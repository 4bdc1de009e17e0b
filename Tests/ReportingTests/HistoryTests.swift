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
    // Three builds, who may read it, who may write it.
    #expect(rows["len"] == ["0 r", "r", "r", "all", ""])
    #expect(rows["mark"] == ["4 rw", "+write rw", "−write rw", "all", "sched_cls"])
    #expect(rows["ifindex"] == ["8 r", "meaning r", "meaning r", "all", ""])
    #expect(rows["hash"] == ["12 r", "−read moved 16 r", "moved +read 12 r", "all", ""])
    #expect(rows["queue"] == ["absent", "new 12 r", "gone", "all", ""])
    #expect(rows["stamp"] == ["absent", "new 24 r", "gone", "sched_cls", ""])
    #expect(rows["tag"] == ["18 r", "gone", "new 18 r", "socket_filter", ""])
    #expect(rows["the structure"] == ["24 bytes", "32 bytes", "24 bytes", "", ""])
  }

  @Test func renamedFields() throws {
    let rows = Self.rows(Samples.history.html, "small_md")
    #expect(rows["end"] == ["4 r", "renamed", "new name 4 r", "xdp", ""])
    #expect(rows["data_end"] == ["absent", "new name 4 r", "renamed", "xdp", ""])
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
    for row in page[start.upperBound..<end.lowerBound].components(separatedBy: "<tr>").dropFirst() {
      let cells = row.matches(of: /<t[hd][^>]*>(.*?)<\/t[hd]>/).map {
        String($0.1).replacing(/<[^>]*>/, with: "").trimmingCharacters(in: .whitespaces)
      }
      guard let field = cells.first else { continue }
      rows[field] = Array(cells.dropFirst())
    }
    return rows
  }
}
