import Comparison
import ContextABI

/// Writes a comparison as JUnit XML: a test suite a context, a test case a rule at or above the gate, so that a system that
/// shows test results tells what was checked, and follows each check over time.
struct JUnitReport {
  private let report: ComparisonReport

  init(_ report: ComparisonReport) { self.report = report }

  var text: String {
    let suites = suites
    let filtered = report.leftOut == nil ? Counts() : Counts(tests: 1, skipped: 1)
    let total = suites.reduce(filtered) { $0 + $1.counts }
    let xml: Markup = """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="ctxabi" \(total.attributes)>
      \(filter)\(suites.map(\.xml))</testsuites>

      """
    return xml.source
  }

  /// What was not asked for is a test that was not made.
  private var filter: Markup {
    guard let leftOut = report.leftOut else { return .empty }
    return """
        <testsuite name="filter" \(Counts(tests: 1, skipped: 1).attributes)>
          <testcase classname="filter" name="left out">
            <skipped message="\(leftOut.sentence)"/>
          </testcase>
        </testsuite>

      """
  }

  // MARK: - Suites

  /// What is no context's stands apart.
  private static let general = [
    Change.programs, Change.helpers, Change.everything, Change.several, Change.configuration, Change.coverage, Change.kernel,
  ]

  private var suites: [Suite] {
    let findings = report.verdict.all
    let contexts = Set(
      (report.old.snapshot.contexts + report.new.snapshot.contexts).map(\.name)
        + findings.map(\.context) + report.waived.map(\.finding.context) + [Change.programs])
    return contexts.sorted().map { context in
      Suite(
        name: context, rules: rules(of: context), all: findings.filter { $0.context == context },
        waived: report.waived.filter { $0.finding.context == context }, report)
    }
  }

  /// The rules that are checked for a context: those that can fail.
  private func rules(of context: String) -> [Rule] {
    // What is told of kernel structures can't fail.
    if context == Change.kernel { return [] }
    if context == Change.helpers {
      return RuleCatalog.all.filter { rule in
        rule.severity >= report.verdict.gate
          && (Self.helperRules.contains(rule.id) || rule.id == Rule.interfaceRemark.id)
      }
    }
    return RuleCatalog.all.filter { rule in
      rule.severity >= report.verdict.gate && !Self.helperRules.contains(rule.id)
        && Self.generalRules.contains(rule.id) == Self.general.contains(context)
        && (rule.severity == .coverage) == (context == Change.coverage)
        && rule.id != Rule.configurationDiffers.id
        && (context != Change.everything || Self.kindRules.contains(rule.id))
        && (context != Change.programs || !Self.kindRules.contains(rule.id))
        && (context != Change.several || Self.crossingRules.contains(rule.id))
    }
  }

  private static let kindRules: Set<String> = [Rule.accessKindRemoved.id, Rule.accessKindAdded.id]
  private static let generalRules = kindRules.union([
    Rule.programTypeRemoved.id, Rule.programTypeRenumbered.id, Rule.programTypeAdded.id, Rule.attachTypeRemoved.id,
    Rule.attachTypeAdded.id, Rule.pointerRemoved.id, Rule.pointerAdded.id, Rule.contextChanged.id, Rule.coverageLost.id,
    Rule.coverageGained.id, Rule.modifiedPointerRefused.id, Rule.modifiedPointerTaken.id,
  ]).union(additionRules)
  /// What is told of a helper, and of a program type besides its context.
  private static let helperRules = Set(RuleCatalog.all.map(\.id).filter { $0.hasPrefix("helper-") })
  private static let additionRules: Set<String> = [
    Rule.addedCodeChanged.id, Rule.addedCodeRewritten.id, Rule.packetLoadRemoved.id, Rule.packetLoadAdded.id,
    Rule.testRunRemoved.id, Rule.testRunAdded.id, Rule.structureWriteRemoved.id, Rule.structureWriteAdded.id,
    Rule.interfaceRemark.id,
  ]
  /// Rules whose findings can touch several contexts at once.
  private static let crossingRules: Set<String> = [
    Rule.optionOff.id, Rule.optionOn.id, Rule.convertsToNothing.id, Rule.refusedAtOnce.id,
  ]
}

/// How many test cases there are, and how they ended.
private struct Counts {
  var tests = 0
  var failures = 0
  var errors = 0
  var skipped = 0

  var attributes: Markup {
    "tests=\"\(tests)\" failures=\"\(failures)\" errors=\"\(errors)\" skipped=\"\(skipped)\""
  }

  static func + (left: Counts, right: Counts) -> Counts {
    Counts(
      tests: left.tests + right.tests, failures: left.failures + right.failures,
      errors: left.errors + right.errors, skipped: left.skipped + right.skipped)
  }
}

/// The checks of one context.
private struct Suite {
  let name: String
  let cases: [Case]
  private let below: [Finding]

  init(name: String, rules: [Rule], all: [Finding], waived: [WaivedFinding], _ report: ComparisonReport) {
    self.name = name
    let findings = all.filter(report.verdict.counts)
    below = all.filter { !report.verdict.counts($0) }
    let found = Set((findings + waived.map(\.finding)).map(\.rule))
    // A rule that found something has a case, whatever the plan was.
    let checked = RuleCatalog.all.filter { rules.contains($0) || found.contains($0) }
    let unknown = found.filter { rule in !RuleCatalog.all.contains(rule) }.sorted { $0.id < $1.id }
    cases = (checked + unknown).map { rule in
      Case(
        suite: name, report: report, rule: rule, findings: findings.filter { $0.rule == rule },
        waived: waived.filter { $0.finding.rule == rule })
    }
  }

  var counts: Counts { cases.reduce(Counts()) { $0 + $1.counts } }

  var xml: Markup {
    """
      <testsuite name="\(name)" \(counts.attributes)>
    \(cases.map(\.xml))\(output)  </testsuite>

    """
  }

  private var output: Markup {
    below.isEmpty
      ? .empty
      : """
          <system-out>\(below.map { "\($0.title) [\($0.rule.id)]\n" as Markup })</system-out>

      """
  }
}

/// One rule, checked for one context.
private struct Case {
  let suite: String
  let report: ComparisonReport
  let rule: Rule
  let findings: [Finding]
  let waived: [WaivedFinding]

  private var isError: Bool { !findings.isEmpty && rule.severity == .coverage }

  var counts: Counts {
    Counts(
      tests: 1, failures: findings.isEmpty || isError ? 0 : 1, errors: isError ? 1 : 0,
      skipped: findings.isEmpty && !waived.isEmpty ? 1 : 0)
  }

  var xml: Markup {
    let attributes: Markup = "classname=\"\(suite)\" name=\"\(rule.id)\""
    if let first = findings.first {
      let more = findings.count > 1 ? " (and \(findings.count - 1) more)" : ""
      let details = (findings.map(detail) + waived.map { detail($0) }).joined("\n")
      let tag: Markup = isError ? "error" : "failure"
      return """
            <testcase \(attributes)>
              <\(tag) type="\(rule.severity.rawValue)" message="\(first.title)\(more)">\(details)</\(tag)>
            </testcase>

        """
    }
    guard let first = waived.first else { return "    <testcase \(attributes)/>\n" }
    let more = waived.count > 1 ? " (and \(waived.count - 1) more)" : ""
    let details = waived.map { detail($0) }.joined("\n")
    return """
          <testcase \(attributes)>
            <skipped message="waived: \(first.finding.place): \(first.note.reason)\(more)">\(details)</skipped>
          </testcase>

      """
  }

  private func detail(_ finding: Finding) -> Markup {
    var lines: [Markup] = ["\(finding.title)"]
    if let remark = finding.remark { lines.append("  \(remark)") }
    for entry in FindingBody(finding).entries {
      let change = entry.change
      lines.append("  \(entry.name)\(change.accesses.isEmpty ? "" : ": \(entry.accesses)")")
      if let before = change.before { lines.append("    was: \(before)") }
      if let after = change.after { lines.append("    is: \(after)") }
      if let witness = change.witness { lines.append("    witness: \(witness)") }
      if let remark = change.remark { lines.append("    \(remark)") }
      if !change.programs.isEmpty { lines.append("    for: \(change.programs.joined(separator: ", "))") }
    }
    lines += report.hitLines(of: finding).map { "  hits: \($0)" }
    return lines.joined("\n")
  }

  private func detail(_ waived: WaivedFinding) -> Markup {
    detail(waived.finding) + "\n  waived by \(waived.note.who): \(waived.note.reason)"
  }
}
