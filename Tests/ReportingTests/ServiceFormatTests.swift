import Comparison
import ContextABI
import Foundation
import Reporting
import Testing

/// The formats that services take, held against what these services document.
@Suite struct ServiceFormatTests {
  private static let reports = [Samples.report, Samples.unchanged, Hostile.report]

  // MARK: - SARIF, as GitHub's code scanning takes it ("SARIF support for code scanning")

  @Test(arguments: reports) func gitHubTakesSARIF(_ report: ComparisonReport) throws {
    let text = ReportFormat.sarif.text(of: report)
    let log = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(log["version"] as? String == "2.1.0" && log["$schema"] is String)
    let runs = try #require(log["runs"] as? [[String: Any]])
    #expect(runs.count == 1)
    let driver = try #require((runs[0]["tool"] as? [String: Any])?["driver"] as? [String: Any])
    #expect(driver["name"] is String)
    let rules = try #require(driver["rules"] as? [[String: Any]])
    #expect(rules.count <= 25_000)
    for rule in rules {
      #expect(rule["id"] is String)
      for (name, limit) in [("shortDescription", 1024), ("fullDescription", 1024)] {
        let text = (rule[name] as? [String: Any])?["text"] as? String
        #expect((1...limit).contains(text?.count ?? 0), "\(rule["id"] ?? "") \(name)")
      }
      #expect((rule["help"] as? [String: Any])?["text"] is String)
      #expect(((rule["properties"] as? [String: Any])?["tags"] as? [String])?.count ?? 0 <= 20)
    }
    let results = try #require(runs[0]["results"] as? [[String: Any]])
    #expect(results.count <= 25_000)
    var prints: Set<String> = []
    for result in results {
      let index = try #require(result["ruleIndex"] as? Int)
      #expect(rules[index]["id"] as? String == result["ruleId"] as? String)
      #expect(["none", "note", "warning", "error"].contains(result["level"] as? String))
      #expect(((result["message"] as? [String: Any])?["text"] as? String)?.isEmpty == false)
      let locations = try #require(result["locations"] as? [[String: Any]])
      #expect((1...1000).contains(locations.count))
      let physical = try #require(locations[0]["physicalLocation"] as? [String: Any])
      let uri = try #require((physical["artifactLocation"] as? [String: Any])?["uri"] as? String)
      // Relative to the top of the repository.
      #expect(!uri.hasPrefix("/") && !uri.contains("..") && !uri.contains(":"), "\(uri)")
      let line = try #require((physical["region"] as? [String: Any])?["startLine"] as? Int)
      #expect(line >= 1)
      let fingerprints = try #require(result["partialFingerprints"] as? [String: String])
      let print = try #require(fingerprints["primaryLocationLineHash"])
      // The hostile report has a finding that is waived among those that count as well.
      if result["suppressions"] == nil { #expect(prints.insert(print).inserted) }
    }
  }

  /// The same findings, others beside them, another order: the same fingerprints.
  @Test func fingerprintsAreOfCauseAndField() {
    func prints(_ findings: [Finding]) -> Set<String> {
      let report = ComparisonReport(old: Samples.report.old, new: Samples.report.new, verdict: Verdict(findings, gate: .review))
      return Set(
        ReportFormat.sarif.text(of: report).matches(of: /"primaryLocationLineHash": "([^"]+)"/).map { String($0.1) })
    }
    let findings = Samples.report.verdict.all
    let all = prints(findings)
    #expect(all.count > 5 && prints(findings.reversed()) == all)
    for finding in findings { #expect(prints([finding]).isSubset(of: all), "\(finding.id)") }
  }

  // MARK: - GitLab Code Quality

  @Test(arguments: reports) func codeQuality(_ report: ComparisonReport) throws {
    let text = ReportFormat.codequality.text(of: report)
    let issues = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
    #expect(issues.isEmpty == !report.verdict.all.contains { $0.rule.severity > .note })
    var prints: Set<String> = []
    for issue in issues {
      #expect(Set(issue.keys) == ["description", "check_name", "fingerprint", "severity", "location"])
      #expect((issue["description"] as? String)?.isEmpty == false && issue["check_name"] is String)
      #expect(["info", "minor", "major", "critical", "blocker"].contains(issue["severity"] as? String))
      #expect(prints.insert(try #require(issue["fingerprint"] as? String)).inserted)
      let location = try #require(issue["location"] as? [String: Any])
      let path = try #require(location["path"] as? String)
      #expect(!path.hasPrefix("/") && !path.hasPrefix("./") && !path.contains(".."))
      #expect((location["lines"] as? [String: Any])?["begin"] as? Int ?? 0 >= 1)
    }
  }

  @Test func codeQualityTells() throws {
    let text = ReportFormat.codequality.text(of: Samples.report)
    let issues = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
    let moved = try #require(issues.first { ($0["fingerprint"] as? String)?.hasSuffix(":sample_md.hash") == true })
    #expect(moved["severity"] as? String == "critical")
    #expect((moved["location"] as? [String: Any])?["path"] as? String == "include/uapi/linux/bpf.h")
    // What is waived is no issue.
    #expect(!issues.contains { $0["check_name"] as? String == "field-renamed" })
  }

  // MARK: - GitHub annotations

  @Test(arguments: reports) func annotations(_ report: ComparisonReport) {
    let text = ReportFormat.github.text(of: report)
    let lines = text.split(separator: "\n")
    #expect(lines.count == report.verdict.all.count { $0.rule.severity > .note })
    for line in lines {
      #expect(
        line.wholeMatch(of: /::(error|warning|notice) file=[^,:]+,line=[1-9][0-9]*,title=[^,:]*::.+/) != nil, "\(line)")
      #expect(line.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }, "\(line)")
    }
  }

  @Test func annotationsTell() {
    let text = ReportFormat.github.text(of: Samples.report)
    #expect(
      text.contains(
        "::error file=include/uapi/linux/bpf.h,line=1,title=breaking%3A field-moved::2 fields of sample_md, hash to prio, are 4 bytes later [field-moved]%0A"
      ))
  }

  // MARK: - Markdown

  /// 25 fields of one cause are a mail that people read.
  @Test func oneCauseIsShort() {
    func build(_ release: String, _ meaning: (Int) -> String) -> Snapshot {
      let fields = (0..<25).map { ("field\($0)", $0 * 4, 4, "__u32", "u32") }
      return Samples.build(
        release: release,
        contexts: [
          Samples.context(
            "sample_md", size: 100, fields,
            (0..<25).map { Samples.rule("field\($0)", $0 * 4, 4, [.read], meaning($0), Samples.both) })
        ], hashAt: 160)
    }
    let old = build("6.1.0-sample") { _ in "skb->dev ? skb->len : 0" }
    let new = build("6.12.0-sample") { _ in "skb->dev ? skb->mark : 0" }
    let findings = SnapshotComparison(old: old, new: new).findings()
    let told = findings.filter { $0.rule.severity > .note }
    #expect(told.count == 1 && told.first?.fields.count == 25, "\(findings.map(\.title))")
    let report = ComparisonReport(
      old: .init(name: "old", snapshot: old), new: .init(name: "new", snapshot: new), verdict: Verdict(findings, gate: .review))
    let lines = ReportFormat.markdown.text(of: report).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count < 60, "\(lines.joined(separator: "\n"))")
  }
}

/// Lines of declarations, found in the text of a header.
@Suite struct HeaderTextTests {
  private static let header = """
    /* struct sample_md { is not declared here */
    struct other_md {
    	__u32 hash;
    };
    struct sample_md {
    	__u32 len;	/* hash; is not declared here */
    	union {
    		__u32 mark;
    	};
    	__bpf_md_ptr(struct bpf_flow_keys *, ifindex);
    	__u32 hash:4, prio;
    	/* tag
    	 * tag;
    	 */
    	__u32 tag[5];
    };
    """

  /// The lines that reports point to.
  @Test func lines() {
    let (old, new) = (Samples.report.old, Samples.report.new)
    let findings = Samples.report.verdict.all
    var report = ComparisonReport(old: old, new: new, verdict: Samples.report.verdict)
    report.declarationLines = DeclarationLines(findings, old: old, new: new) {
      $0 == "include/uapi/linux/bpf.h" ? Self.header : nil
    }
    let text = ReportFormat.codequality.text(of: report)
    for (field, line) in [("mark", 8), ("ifindex", 10), ("hash", 11), ("tag", 15)] {
      let pattern = try? Regex("\"fingerprint\": \"[0-9a-f]+:sample_md\\.\(field)\",[^}]*\"begin\": (\\d+)")
      let found = pattern.flatMap { text.firstMatch(of: $0) }.flatMap { $0.output[1].substring.flatMap { Int($0) } }
      #expect(found == line, "\(field)")
    }
    // What is not in the header points to the structure, and what has none there to the first line.
    #expect(text.contains(/sample_md\.stamp",[^}]*"begin": 5\n/))
  }
}
