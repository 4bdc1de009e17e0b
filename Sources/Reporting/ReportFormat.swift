/// The formats of a comparison's report.
public enum ReportFormat: String, Sendable, CaseIterable {
  /// For a terminal.
  case text
  /// For a mail or a pull request.
  case markdown
  /// For scripts: docs/report.schema.json describes it.
  case json
  /// SARIF 2.1.0, for code hosts.
  case sarif
  /// JUnit XML, for systems that show test results.
  case junit
  /// GitLab's Code Quality.
  case codequality
  /// Workflow commands of GitHub Actions, which become annotations.
  case github
  /// One page for people, without anything outside of it.
  case html

  /// The report in this format, as it goes into a file.
  public func text(of report: ComparisonReport) -> String {
    switch self {
    case .text: TextReport(report).text
    case .markdown: MarkdownReport(report).text
    case .json: JSONReport(report).text
    case .sarif: SARIFReport(report).text
    case .junit: JUnitReport(report).text
    case .codequality: CodeQualityReport(report).text
    case .github: GitHubReport(report).text
    case .html: HTMLReport(report).text
    }
  }
}
