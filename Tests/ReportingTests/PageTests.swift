import Foundation
import Reporting
import Testing

/// The page of a comparison, as a document and in a browser.
@Suite struct PageTests {
  private static let reports = [Samples.report, Samples.unchanged]

  @Test(arguments: reports) func isSelfContained(_ report: ComparisonReport) throws {
    try expectSelfContained(ParsedDocument(ReportFormat.html.text(of: report)))
  }

  /// Headings go down by one level at a time, and the landmarks are there.
  @Test(arguments: reports) func structure(_ report: ComparisonReport) throws {
    let page = try ParsedDocument(ReportFormat.html.text(of: report))
    for landmark in ["header", "main", "footer"] { #expect(page.all(landmark).count == 1) }
    let levels = page.elements.compactMap {
      $0.name.count == 2 && $0.name.hasPrefix("h") ? Int($0.name.dropFirst()) : nil
    }
    #expect(levels.first == 1)
    for (before, after) in zip(levels, levels.dropFirst()) { #expect(after <= before + 1) }
    for header in page.all("th") { #expect(header.attributes["scope"] != nil) }
    #expect(page.all("html").first?.attributes["lang"] == "en")
  }

  // MARK: - The byte map

  /// Every box of a member is as high as it is long, by one scale for both columns.
  @Test func mapIsToScale() throws {
    let page = try ParsedDocument(ReportFormat.html.text(of: Samples.report))
    let boxes = page.all("rect").filter { $0.path.last == "g" && $0.attributes["class"] == nil }
    let heights = boxes.compactMap { $0.attributes["height"].flatMap(Double.init) }
    let sizes = (Samples.old.contexts + Samples.new.contexts).filter { $0.name == "sample_md" }
      .flatMap { $0.layout.members.map { Double($0.bitSize / 8) } }
    let scale = try #require(heights.first) / sizes[0]
    // small_md is drawn once: its places are the same on both sides.
    #expect(heights.count == sizes.count + 2 || heights.count == sizes.count + 4)
    for (height, size) in zip(heights, sizes) { #expect(abs(height - size * scale) < 0.02) }
  }

  /// A field that moved is connected with where it was.
  @Test func mapConnectsMoves() throws {
    let page = try ParsedDocument(ReportFormat.html.text(of: Samples.report))
    let bands = page.all("path").compactMap { $0.attributes["class"] }
    #expect(bands.filter { $0 == "band moved" }.count == 2)
    #expect(bands.filter { $0 == "band same" }.count >= 3)
  }

  // MARK: - Who may read and write

  @Test func accessTable() throws {
    let rows = Self.accessRows(ReportFormat.html.text(of: Samples.report))
    // The columns are SCHED_CLS and SOCKET_FILTER.
    #expect(rows["len"] == ["r", "r"])
    #expect(rows["mark"] == ["rw", "r+w"])
    #expect(rows["hash"] == ["r", "−r"])
    #expect(rows["queue"] == ["+r", "+r"])
    #expect(rows["stamp"] == ["+rc", "·no access"])
    #expect(rows["tag"] == ["·no access", "−r"])
  }

  /// The cells of the first table of accesses by their field.
  private static func accessRows(_ page: String) -> [String: [String]] {
    guard let start = page.range(of: "<table class='access'>"),
      let end = page[start.upperBound...].range(of: "</table>")
    else { return [:] }
    var rows: [String: [String]] = [:]
    for row in page[start.upperBound..<end.lowerBound].components(separatedBy: "<tr>").dropFirst(2) {
      let cells = row.matches(of: /<t[hd][^>]*>(.*?)<\/t[hd]>/).map { String($0.1).replacing(/<[^>]*>/, with: "") }
      guard let field = cells.first else { continue }
      rows[field] = Array(cells.dropFirst())
    }
    return rows
  }

  // MARK: - In a browser

  @Test func showsNoErrorInABrowser() throws {
    let pages = (Self.reports + [Hostile.report]).map { ReportFormat.html.text(of: $0) }
    for page in pages + [Samples.history.html, Hostile.history.html] {
      let result = try Resources.withFile(page, "html") { try Resources.run("check-page", [$0]) }
      #expect(result.status == 0, "\(result.output)")
    }
  }

  /// What the check in the browser is there for, it finds.
  @Test func browserCheckFindsProblems() throws {
    let page = """
      <!DOCTYPE html><html lang='en'><head><title>bad</title><link rel='icon' href='data:,'/></head><body>
      <section class='builds'>builds</section>
      <input type='checkbox' id='show-note' checked='checked'/><p class='change note'>a change</p>
      <p style='color: #999; background: #aaa'>hardly to be read</p><p style='width: 5000px'>wide</p>
      <a href='#x' tabindex='-1'>unreachable</a>
      <section class='context'><p class='change breaking'>first</p></section>
      <section class='context'><p class='change note'>only this</p></section>
      <div class='wide'><div class='scroll' style='height: 60px; overflow: auto'><table><thead><tr><th>head</th></tr></thead>
      <tbody><tr><th style='height: 900px'>row</th></tr></tbody></table></div></div><img src='other.png' alt=''/>
      <script>console.error('complaint')</script></body></html>
      """
    let result = try Resources.withFile(page, "html") { try Resources.run("check-page", [$0]) }
    #expect(result.status == 1)
    for problem in [
      "complaint", "asks for file:", "other.png", "contrast 1.", "5008 wide", "not reachable by keyboard",
      "the filter note shows 2, 2, 2", "the head or the first column of a table is out of view",
      "the builds stand before the findings",
    ] {
      #expect(result.output.contains(problem), "\(problem) is not in \(result.output)")
    }
  }
}
