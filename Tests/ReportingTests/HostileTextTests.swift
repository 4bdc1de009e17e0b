import ContextABI
import Foundation
import Reporting
import Testing

/// A snapshot is input that anybody may have written: its texts do no harm in any format.
@Suite struct HostileTextTests {
  @Test(arguments: ReportFormat.allCases) func nothingInvisible(_ format: ReportFormat) {
    let text = format.text(of: Hostile.report)
    let invisible = text.unicodeScalars.filter { $0.isInvisible && $0 != "\n" }
    #expect(invisible.isEmpty, "\(invisible.map { String($0.value, radix: 16) })")
  }

  @Test func textKeepsItsLines() {
    let text = TextReport(Hostile.report, lowest: .note).text
    #expect(!text.split(separator: "\n").contains { $0.hasPrefix("# x") })
    #expect(text.contains("\\x1b[31m"))
    #expect(text.contains("\\x9b2J"))
  }

  @Test func colouredTextHasOnlyItsOwnEscapes() {
    let text = TextReport(Hostile.report, lowest: .note, style: .coloured).text
    let escapes = text.components(separatedBy: "\u{1b}").dropFirst().map { $0.prefix { $0 != "m" } + "m" }
    #expect(!escapes.isEmpty)
    #expect(Set(escapes).subtracting(["[0m", "[1m", "[2m", "[1;31m", "[1;32m", "[1;33m"]) == [])
    #expect(!text.contains("\u{9b}"))
  }

  /// In Markdown a name is code or escaped; nothing of it starts a line.
  @Test func markdown() {
    let text = ReportFormat.markdown.text(of: Hostile.report)
    for line in text.split(separator: "\n") {
      #expect(!line.hasPrefix("# x"))
      if line.hasPrefix("    ") { continue }
      let prose = Self.withoutCode(String(line))
      for word in ["<script", "](", "@all", "www."] {
        let escaped = prose.replacing("\\\\", with: "").replacing("\\<", with: "").replacing("\\[", with: "")
        #expect(word == "](" ? !Self.hasLink(prose) : !escaped.contains(word), "\(word) in: \(line)")
      }
    }
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("| old") || $0.hasPrefix("| new") }
    #expect(rows.count == 2)
    for row in rows {
      #expect(row.replacing("\\|", with: "").count { $0 == "|" } == 4, "\(row)")
    }
  }

  /// A line of Markdown without its spans of code.
  private static func withoutCode(_ line: String) -> String {
    var rest = Substring(line)
    var result = ""
    while let start = rest.firstIndex(of: "`") {
      let isEscaped = start > rest.startIndex && rest[rest.index(before: start)] == "\\"
      if isEscaped {
        result += rest[...start]
        rest = rest[rest.index(after: start)...]
        continue
      }
      result += rest[..<start]
      let fence = rest[start...].prefix { $0 == "`" }
      let body = rest[start...].dropFirst(fence.count)
      guard let end = body.firstRange(of: fence) else { return result + rest[start...] }
      rest = body[end.upperBound...].drop { $0 == "`" }
    }
    return result + rest
  }

  private static func hasLink(_ prose: String) -> Bool {
    prose.replacing("\\[", with: "").contains("[") && prose.contains("](")
  }

  @Test(arguments: [ReportFormat.json, .sarif]) func jsonGivesTheTextBack(_ format: ReportFormat) throws {
    let text = format.text(of: Hostile.report)
    let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
    var strings: [String] = []
    func collect(_ value: Any) {
      if let string = value as? String { strings.append(string) }
      if let array = value as? [Any] { array.forEach(collect) }
      if let members = value as? [String: Any] { members.values.forEach(collect) }
    }
    collect(object)
    #expect(strings.contains { $0.contains(Hostile.text) })
  }

  @Test func junitIsWellFormed() throws {
    let document = try ParsedDocument(ReportFormat.junit.text(of: Hostile.report))
    let known: Set = ["testsuites", "testsuite", "testcase", "failure", "error", "skipped", "system-out"]
    #expect(Set(document.elements.map(\.name)).subtracting(known) == [])
    let failures = document.elements.filter { $0.name == "failure" }
    #expect(!failures.isEmpty)
    #expect(document.text.contains("<script>alert(1)</script>"))
  }

  @Test func pageHasNoForeignMarkup() throws {
    let document = try ParsedDocument(ReportFormat.html.text(of: Hostile.report))
    try expectSelfContained(document)
    #expect(document.text.contains("<script>alert(1)</script>"))
  }
}
