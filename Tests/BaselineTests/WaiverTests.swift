import Baselines
import Comparison
import ContextABI
import Foundation
import TestSupport
import Testing

/// The file of waivers: what is not understood, or accepts nothing, is an error that names file and entry.
@Suite struct WaiverTests {
  private func problem(_ yaml: String) -> String? {
    do {
      _ = try WaiverFile(yaml: yaml, path: "w.yaml")
      return nil
    } catch { return error.description }
  }

  @Test func wrongEntries() {
    let good = TestStore.waiver()
    #expect(problem(good) == nil)
    #expect(problem("") == nil && problem("waivers: []\n") == nil && problem("# nothing\n") == nil)
    for (old, new, message) in [
      ("    reason: agreed", "    reson: agreed", "line 5: \"reson\" is no known key of a waiver; there are baseline, "),
      ("waivers:", "waiver:", "line 1: \"waiver\" is no known key; the file has one: waivers"),
      ("rule: field-moved", "rule: field-movd", "line 2: there is no rule \"field-movd\""),
      ("    reason: agreed\n", "", "line 2: a waiver lacks \"reason\""),
      ("reason: agreed", "reason: \"\"", "line 5: \"reason\" is empty, or no text"),
      ("reason: agreed", "reason: [a, b]", "line 5: \"reason\" is empty, or no text"),
      ("who: A. Maintainer", "who: {name: x}", "line 6: \"who\" is empty, or no text"),
      ("finding: __sk_buff.netns_inum stands elsewhere", "finding: [x]", "line 3: \"finding\" is empty, or no text"),
      ("0123456789abcdef", "0123456789abcdeF", "line 4: \"digest\" is no digest of a finding"),
      ("0123456789abcdef", "0123", "line 4: \"digest\" is no digest of a finding"),
      ("date: 2026-01-01", "date: 2026-02-30", "line 7: \"date\" is \"2026-02-30\", not a date"),
      ("date: 2026-01-01", "date: +026-01-01", "line 7: \"date\" is \"+026-01-01\", not a date"),
      ("expires: 2999-12-31", "expires: never", "line 8: \"expires\" is \"never\", not a date"),
      ("expires: 2999-12-31", "expires: 2999-12-31\n    programs: XDP", "line 9: \"programs\" is no known key"),
      ("expires: 2999-12-31", "expires: 2999-12-31\n    reason: again", "is no YAML: "),
      ("  - rule", "    rule", "line 2: 'waivers' is no list"),
      ("  - rule: field-moved", "  - [field-moved]\n  - rule: field-moved", "line 2: a waiver is a mapping"),
      ("waivers:", "- waivers:", "starts with something else than 'waivers:'"),
      ("waivers:", "waivers: {", "is no YAML: "),
      ("waivers:", "? [a, b]\n: c\nwaivers:", "\"?\" is no known key"),
      ("expires: 2999-12-31", "expires: 2999-12-31\n---\nwaivers: []", "is no YAML: "),
    ] {
      let text = good.replacingOccurrences(of: old, with: new)
      #expect(text != good)
      let found = problem(text)
      #expect(found?.hasPrefix("w.yaml: ") == true && found?.contains(message) == true, "\(message): \(found ?? "none")")
    }
    for text in ["waivers: 1", "waivers: {}", "waivers:", "7", "[]", "\"text\"", "waivers: [1]", "waivers: [~]"] {
      #expect(problem(text)?.hasPrefix("w.yaml: ") == true, "\(text)")
    }
  }

  /// Neither takes long, nor much memory, nor ends the program.
  @Test(.timeLimit(.minutes(1))) func bombs() {
    // Each line stands for ten of the line before; then the last is compared as a key.
    var bomb = "a0: &a0 [x]\n"
    for level in 1...30 {
      bomb += "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", "))]\n"
    }
    #expect(problem(bomb + "? *a30\n: x\n? *a29\n: y\n")?.contains("waivers are written out, without aliases") == true)
    #expect(problem(bomb + "waivers: *a30\n")?.contains("without aliases") == true)
    #expect(problem("waivers: &w [*w]")?.contains("without aliases") == true)
    #expect(problem("waivers: [*none]")?.contains("is no YAML: ") == true)
    for (open, close) in [("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", "")] {
      for depth in [900, 100_000] {
        let text = "waivers: \n  " + String(repeating: open, count: depth) + String(repeating: close, count: depth)
        #expect(problem(text)?.hasPrefix("w.yaml: ") == true, "\(open) \(depth)")
      }
    }
  }

  @Test func roundTrip() throws {
    let text = "a \"b\" \\ \n\t\r\u{1}\u{7f}\u{85}\u{90}\u{2028}\u{2029}\u{feff}\u{fffe}'# : &x *y ü 🐝 - [] {} |"
    let day = try #require(CalendarDate("2028-02-29"))
    let file = WaiverFile([
      Waiver(
        rule: "field-moved", finding: text, digest: "0123456789abcdef", baseline: text, reason: text, who: text,
        date: day, expires: day.adding(months: 12)),
      Waiver(
        rule: "field-moved", finding: "~", digest: "fedcba9876543210", baseline: nil, reason: "null", who: "1",
        date: day, expires: day),
    ])
    #expect(try WaiverFile(yaml: file.yaml, path: "w") == file)
    #expect(file.waivers[0].expires.description == "2029-02-28")
    #expect(try WaiverFile(yaml: WaiverFile([]).yaml, path: "w") == WaiverFile([]))
  }

  /// A waiver accepts one change of a field: not another one, not its reverse, not the same for other programs.
  @Test func acceptsNothingElse() throws {
    let plain = try MiniKernel.snapshot(.x86_64, ["NETNS_INUM"])
    let masked = try MiniKernel.snapshot(.x86_64, ["NETNS_INUM", "NETNS_INUM_MASKED"])
    let shifted = try MiniKernel.snapshot(.x86_64, ["NETNS_INUM", "NETNS_INUM_SHIFTED"])
    func findings(_ old: Snapshot, _ new: Snapshot) -> [Finding] {
      SnapshotComparison(old: old, new: new).findings().filter { $0.fields == ["netns_inum"] }
    }
    let changes = [(plain, masked), (plain, shifted), (masked, plain), (masked, shifted)]
    // Whose read is taken away: of the first program, of the last, of both.
    let programs = try #require(
      plain.contexts.flatMap(\.rules).first { $0.field == "netns_inum" && $0.kinds.contains(.read) }?.programs)
    let (first, last) = (try #require(programs.first), try #require(programs.last))
    let refusals = [[first], [last], [first, last]].map { (plain, plain.refusing("netns_inum", to: $0)) }
    let found = (changes + refusals).map(findings)
    let day = try #require(CalendarDate("2026-01-01"))
    for (index, accepted) in found.enumerated() {
      let finding = try #require(accepted.first)
      let waiver = Waiver(
        rule: finding.rule.id, finding: finding.title, digest: finding.digest, baseline: nil, reason: "agreed",
        who: "A. Maintainer", date: day, expires: day)
      #expect(waiver.accepts(finding))
      for (other, findings) in found.enumerated() where other != index {
        #expect(!findings.isEmpty && !findings.contains(where: waiver.accepts), "\(index), \(other)")
      }
    }
  }

  // MARK: - In a store

  private func moved() throws -> (TestStore, String) {
    let store = try TestStore()
    _ = try store.run("baseline", "add", "mini", try store.snapshot(["NETNS_INUM"]))
    return (store, try store.snapshot(["NETNS_INUM", "NETNS_INUM_MOVED"]))
  }

  @Test func staleAndExpired() throws {
    let (store, moved) = try moved()
    for (waiver, problem) in [
      (TestStore.waiver(), "the waiver for field-moved: __sk_buff.netns_inum stands elsewhere accepts nothing"),
      (TestStore.waiver(rule: "field-removed"), "the waiver for field-removed: __sk_buff.netns_inum stands elsewhere"),
      (TestStore.waiver(expires: "2026-01-02"), "netns_inum stands elsewhere has expired on 2026-01-02"),
      (TestStore.waiver(baseline: "maxi"), "names a baseline that is not there: maxi"),
      (TestStore.waiver(more: "    until: x"), "\"until\" is no known key of a waiver"),
    ] {
      try store.write(waiver, to: store.waivers)
      let before = try store.contents()
      for arguments in [["check", moved, "--baseline", "mini"], ["baseline", "update", "mini", moved]] {
        let result = try ToolRun(arguments + ["--store", store.path])
        #expect(result.status == 2, "\(problem)")
        #expect(
          result.messages.hasPrefix("ctxabi: \(store.waivers): ") && result.messages.contains(problem),
          "\(problem): \(result.messages)")
      }
      #expect(try store.contents() == before)
    }
    try store.write(TestStore.waiver(expires: "2026-01-02"), to: store.waivers)
    #expect(try store.run("baseline", "verify").messages.contains("has expired"))
    // The waivers of a baseline go with it; others stay.
    try store.write(TestStore.waiver(baseline: "mini"), to: store.waivers)
    #expect(try store.run("baseline", "remove", "mini").status == 0)
    #expect(try store.read(store.waivers).hasSuffix("waivers: []\n"))
  }

  @Test func damagedFile() throws {
    let (store, moved) = try moved()
    func messages() throws -> String {
      let result = try store.run("check", moved, "--baseline", "mini")
      #expect(result.status == 2 && result.output == "")
      return result.messages
    }
    let file = URL(fileURLWithPath: store.waivers)
    try Data([0x77, 0xff, 0xfe]).write(to: file)
    #expect(try messages() == "ctxabi: \(store.waivers): is not UTF-8\n")
    try store.write(TestStore.waiver() + String(repeating: "# much\n", count: 200_000), to: store.waivers)
    #expect(try messages().contains("bytes long; 1048576 are the most that is read"))
    #expect(truncate(store.waivers, 1 << 40) == 0)
    #expect(try messages().contains("is 1099511627776 bytes long"))
    try FileManager.default.removeItem(at: file)
    #expect(mkfifo(store.waivers, 0o600) == 0)
    #expect(try messages() == "ctxabi: \(store.waivers): is not a regular file\n")
    try FileManager.default.removeItem(at: file)
    try FileManager.default.createDirectory(at: file, withIntermediateDirectories: false)
    #expect(try messages() == "ctxabi: \(store.waivers): is a directory\n")
    #expect(try store.run("baseline", "verify").status == 2)
  }

  /// What is accepted stays to be seen, in every format, and does not count.
  @Test func waivedStaysVisible() throws {
    let (store, moved) = try moved()
    let open = try store.run("check", moved, "--baseline", "mini", "--report", "json=-")
    for finding in try CommandTests.findings(open.output, waived: false) {
      let accepted = try store.run(
        "baseline", "accept", "mini", moved, finding, "--reason", "agreed in 2026", "--who", "A. Maintainer")
      #expect(accepted.status == 0)
    }
    func report(_ format: String) throws -> String {
      let result = try store.run("check", moved, "--baseline", "mini", "--report", "\(format)=-")
      #expect(result.status == 0, "\(format)")
      return result.output
    }
    for format in ["text", "markdown", "html", "junit", "json", "sarif"] {
      let text = try report(format)
      for part in ["netns_inum", "agreed in 2026", "A. Maintainer"] { #expect(text.contains(part), "\(format): \(part)") }
      #expect(text.lowercased().contains(format == "sarif" ? "suppressions" : "waived"), "\(format)")
    }
    let json = try report("json")
    #expect(try CommandTests.findings(json, waived: false).isEmpty)
    #expect(try CommandTests.findings(json, waived: true).contains("field-moved:__sk_buff.netns_inum"))
    let sarif = try JSONSerialization.jsonObject(with: Data(report("sarif").utf8)) as? [String: Any]
    let results = (sarif?["runs"] as? [[String: Any]])?.first?["results"] as? [[String: Any]] ?? []
    let result = try #require(results.first { $0["ruleId"] as? String == "field-moved" })
    let suppressions = try #require(result["suppressions"] as? [[String: Any]])
    #expect(suppressions.count == 1)
    #expect((suppressions[0]["justification"] as? String)?.contains("agreed in 2026") == true)
  }
}

extension Snapshot {
  /// The snapshot with reads of a field taken away from programs.
  fileprivate func refusing(_ field: String, to programs: [String]) -> Snapshot {
    var result = self
    for context in result.contexts.indices {
      for rule in result.contexts[context].rules.indices where result.contexts[context].rules[rule].field == field {
        result.contexts[context].rules[rule].programs.removeAll(where: programs.contains)
      }
      result.contexts[context].rules.removeAll { $0.programs.isEmpty }
    }
    return result
  }
}
