import Comparison
import Foundation
import Reporting
import Testing

/// What systems that show test results make of a comparison.
@Suite struct JUnitTests {
  /// The numbers of each suite, and of the whole, are those of its cases.
  @Test func numbersAgree() throws {
    let document = try ParsedDocument(ReportFormat.junit.text(of: Samples.report))
    let cases = document.all("testcase").count
    let failures = document.all("failure").count
    let whole = try #require(document.all("testsuites").first).attributes
    #expect(whole["tests"] == "\(cases)" && whole["failures"] == "\(failures)" && whole["skipped"] == "1")
    let suites = document.all("testsuite").map(\.attributes)
    #expect(suites.compactMap { Int($0["tests"] ?? "") }.reduce(0, +) == cases)
    #expect(suites.compactMap { Int($0["failures"] ?? "") }.reduce(0, +) == failures)
  }

  /// Every rule with a finding fails in its context, and no other.
  @Test(arguments: [Severity.breaking, .review, .addition]) func failures(_ gate: Severity) throws {
    let report = ComparisonReport(
      old: Samples.report.old, new: Samples.report.new,
      verdict: Verdict(Samples.report.verdict.all, gate: gate))
    let document = try ParsedDocument(ReportFormat.junit.text(of: report))
    let failing = document.all("failure").count
    let expected = Set(report.verdict.findings.map { [$0.context, $0.rule.id] })
    #expect(failing == expected.count)
    let cases = Set(document.all("testcase").map { [$0.attributes["classname"] ?? "", $0.attributes["name"] ?? ""] })
    #expect(expected.subtracting(cases) == [])
    #expect(cases.count == document.all("testcase").count, "a case stands twice")
  }

  /// The cases of a context are the same whether anything is found or not, so that results can be followed over time.
  @Test func casesStay() throws {
    func cases(_ report: ComparisonReport) throws -> Set<String> {
      let document = try ParsedDocument(ReportFormat.junit.text(of: report))
      return Set(document.all("testcase").map { "\($0.attributes["classname"] ?? "") \($0.attributes["name"] ?? "")" })
    }
    #expect(try cases(Samples.unchanged) == cases(Samples.report))
  }

  /// What could not be compared is an error, not a failure.
  @Test func coverage() throws {
    let document = try ParsedDocument(ReportFormat.junit.text(of: Hostile.report))
    #expect(!document.all("error").isEmpty)
  }
}
