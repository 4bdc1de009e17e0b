import ContextABI
import Foundation
import TestSupport
import Testing

/// `ctxabi baseline …` and `ctxabi check`: what they do to a store, and how they end.
@Suite struct CommandTests {
  private let store: TestStore
  /// `netns_inum` is there; it stands 4 bytes later.
  private let old: String
  private let moved: String

  init() throws {
    store = try TestStore()
    old = try store.snapshot(["NETNS_INUM"])
    moved = try store.snapshot(["NETNS_INUM", "NETNS_INUM_MOVED"])
  }

  @Test func addListShowVerifyRemove() throws {
    let added = try store.run("baseline", "add", "mini", old)
    #expect(added.status == 0 && added.output == "\(store.path(of: "mini"))\n", "\(added.messages)")
    #expect(try store.read(store.path(of: "mini")) == store.read(old))

    let again = try store.run("baseline", "add", "mini", moved)
    #expect(again.status == 2 && again.messages.contains("there is a baseline mini already"))
    #expect(try store.read(store.path(of: "mini")) == store.read(old))

    let list = try store.run("baseline", "list")
    #expect(
      list.status == 0
        && list.output == "NAME  RELEASE      ARCHITECTURE  DATE\nmini  6.18.0-mini  x86_64        -\n", "\(list)")
    let show = try store.run("baseline", "show", "mini", "--context", "__sk_buff")
    #expect(show.status == 0 && show.output.contains("skb->dev ? skb->dev->nd_net.net->ns.inum : 0"))
    #expect(try store.run("baseline", "show", "mini", "--context", "none").status == 64)

    let verified = try store.run("baseline", "verify")
    #expect(verified.status == 0 && verified.output == "1 baseline verified\n")
    #expect(try store.run("baseline", "verify", "mini", old).status == 0)
    let other = try store.run("baseline", "verify", "mini", moved)
    #expect(other.status == 1 && other.messages.contains("gives another context ABI than mini holds"))

    #expect(try store.run("baseline", "remove", "mini").status == 0)
    #expect(try store.contents().isEmpty)
    let removed = try store.run("baseline", "remove", "mini")
    #expect(removed.status == 64 && removed.messages.contains("there is no baseline mini; the store is empty"))
  }

  @Test func badNames() throws {
    for name in ["../x", "", ".hidden", "a b", "a/b", "ü", "a\nb"] {
      let result = try store.run("baseline", "add", name, old)
      #expect(result.status == 2 && result.messages.contains("is no name for a baseline"), "\(name): \(result)")
    }
    #expect(!FileManager.default.fileExists(atPath: store.path))
  }

  /// Whatever is missing, the check has not been made.
  @Test func missing() throws {
    for arguments in [["check", old], ["check", old, "--baseline", "mini"]] {
      let result = try ToolRun(arguments + ["--store", store.path])
      #expect(result.status == (arguments.count == 2 ? 2 : 64) && result.output == "", "\(arguments)")
      #expect(result.messages.contains("the store is empty"), "\(result.messages)")
    }
    for command in ["list", "verify"] {
      #expect(try store.run("baseline", command).messages.contains("there is no such directory"))
    }
    #expect(try store.run("baseline", "update", "mini", old).status == 64)
    #expect(try store.run("baseline", "show", "mini").status == 64)
    #expect(!FileManager.default.fileExists(atPath: store.path))

    _ = try store.run("baseline", "add", "mini", old)
    for arguments in [
      ["check", old, "--baseline", "maxi"], ["baseline", "update", "maxi", old], ["baseline", "show", "maxi"],
      ["baseline", "verify", "maxi"], ["baseline", "remove", "maxi"],
      ["baseline", "accept", "maxi", old, "field-moved:__sk_buff.netns_inum", "--reason", "r", "--who", "w"],
    ] {
      let result = try ToolRun(arguments + ["--store", store.path])
      #expect(result.status == 64, "\(arguments)")
      #expect(
        result.messages.contains("\(store.path): there is no baseline maxi; there are mini"),
        "\(arguments): \(result.messages)")
    }
    // Only of another architecture.
    let check = try store.run("check", try store.snapshot(of: .arm64, named: "arm.snapshot"))
    #expect(check.status == 2 && check.messages.contains("no baseline is of architecture arm64; there are mini"))
    // None at all.
    _ = try store.run("baseline", "remove", "mini")
    #expect(try store.run("baseline", "verify").status == 2)
  }

  @Test func nearest() throws {
    for release in ["5.10.0-1-a", "6.1.0-2-a", "6.12.3-a", "6.12.3-b", "6.16.0-rc1"] {
      _ = try store.run("baseline", "add", "v\(release)", try store.snapshot(["NETNS_INUM"], release: release))
    }
    _ = try store.run(
      "baseline", "add", "arm", try store.snapshot(["NETNS_INUM"], of: .arm64, release: "6.12.9-a", named: "arm.snapshot"))
    for (release, nearest) in [
      ("6.12.3-a", "v6.12.3-a"), ("6.12.3-b", "v6.12.3-b"), ("6.12.9-b", "v6.12.3-b"), ("6.12.9-c", "v6.12.3-a"),
      ("6.12.2-b", "v6.1.0-2-a"), ("6.2.0", "v6.1.0-2-a"), ("6.100.0", "v6.16.0-rc1"), ("6.1.0-1-a", "v5.10.0-1-a"),
      // Nothing is older: the oldest.
      ("4.19.0", "v5.10.0-1-a"),
    ] {
      let kernel = try store.snapshot(["NETNS_INUM"], release: release, named: "kernel")
      let result = try store.run("check", kernel, "--report", "json=report.json")
      #expect(result.status == 0, "\(release): \(result.messages)")
      #expect(result.messages == "ctxabi: checked against the nearest baseline: \(nearest)\n", "\(release)")
      let report = try store.read(store.directory.appendingPathComponent("report.json").path)
      #expect(report.contains("\"name\": \"\(nearest)\""), "\(release)")
    }
    // Of several of the oldest release that is newer the one that is most alike.
    _ = try store.run("baseline", "add", "v5.10.0-1-b", try store.snapshot(["NETNS_INUM"], release: "5.10.0-1-b"))
    _ = try store.run("baseline", "add", "v5.10.0-1", try store.snapshot(["NETNS_INUM"], release: "4.20.0-x"))
    _ = try store.run("baseline", "add", "z", try store.snapshot(["NETNS_INUM"], release: "4.20.0-c"))
    let kernel = try store.snapshot(["NETNS_INUM"], release: "4.20.0-c", named: "kernel")
    #expect(try store.run("check", kernel).messages.hasSuffix(": z\n"))
    let older = try store.snapshot(["NETNS_INUM"], release: "4.2-x", named: "kernel")
    #expect(try store.run("check", older).messages.hasSuffix(": v5.10.0-1\n"))
  }

  @Test func gate() throws {
    _ = try store.run("baseline", "add", "mini", old)
    #expect(try store.run("check", old, "--baseline", "mini").status == 0)
    let result = try store.run("check", moved, "--baseline", "mini")
    #expect(result.status == 1 && result.output.contains("netns_inum"))
    // What is only added is a finding where the gate says so.
    let appended = try store.snapshot(["NETNS_INUM", "FIELD_IN_PADDING"])
    #expect(try store.run("check", appended, "--baseline", "mini").status == 0)
    #expect(try store.run("check", appended, "--baseline", "mini", "--fail-on", "addition").status == 1)
    #expect(try store.run("check", "\(old).none", "--baseline", "mini").status == 2)
    // A hole on the build's side.
    let holes = try store.snapshot(["NETNS_INUM", "CALLBACK_FAULTS"])
    #expect(try store.run("check", holes, "--baseline", "mini").status == 2)
    let refused = try store.run("baseline", "add", "holes", holes)
    #expect(refused.status == 2 && refused.messages.contains("not everything could be extracted"))
    #expect(try Set(store.contents().keys) == ["mini.json"])
  }

  @Test func updateRefusesBreakingChanges() throws {
    _ = try store.run("baseline", "add", "mini", old)
    let before = try store.contents()
    let refused = try store.run("baseline", "update", "mini", moved)
    #expect(refused.status == 1 && refused.output.contains("BREAKING"))
    #expect(refused.messages.contains("mini is left as it is: ") && refused.messages.contains("no waiver"))
    #expect(try store.contents() == before)
    let holes = try store.snapshot(["NETNS_INUM", "CALLBACK_FAULTS"])
    #expect(try store.run("baseline", "update", "mini", holes).status == 2)
    #expect(try store.contents() == before)

    // An addition is shown, and taken.
    let more = try store.snapshot(["NETNS_INUM", "FIELD_IN_PADDING"])
    let updated = try store.run("baseline", "update", "mini", more)
    #expect(updated.status == 0 && updated.output.contains("ip_summed"), "\(updated.messages)")
    #expect(try store.contents() == ["mini.json": store.read(more)])
  }

  /// The findings of the moved field, accepted one by one; then the update takes both and uses the waivers up.
  @Test func acceptAndUpdate() throws {
    _ = try store.run("baseline", "add", "mini", old)
    let report = try store.run("check", moved, "--baseline", "mini", "--report", "json=-")
    let findings = try Self.findings(report.output, waived: false)
    #expect(findings.contains("field-moved:__sk_buff.netns_inum"))
    let accept = { (finding: String, more: [String]) in
      try ToolRun(
        ["baseline", "accept", "mini", moved, finding, "--who", "A. Maintainer", "--store", store.path] + more)
    }
    #expect(try accept(findings[0], []).status == 64, "no reason")
    #expect(try accept(findings[0], ["--reason", "r", "--expires", "2020-01-01"]).status == 64)
    #expect(try accept(findings[0], ["--reason", "r", "--expires", "+026-01-01"]).status == 64)
    let unknown = try accept("field-moved:__sk_buff.mark", ["--reason", "r"])
    #expect(unknown.status == 2 && unknown.messages.contains("there are \(findings.sorted()[0])"), "\(unknown.messages)")
    #expect(try Set(store.contents().keys) == ["mini.json"])

    let reason = "\"Agreed\": #1, R&D's *only* user\\\n\t& \u{1}ü 🐝"
    for finding in findings {
      let accepted = try accept(finding, ["--reason", reason, "--expires", "2999-12-31"])
      #expect(accepted.status == 0 && accepted.output.contains("until 2999-12-31"), "\(accepted)")
    }
    #expect(try store.run("check", moved, "--baseline", "mini").status == 0)
    // Once more: the same waiver in its place, not a second one that accepts nothing.
    #expect(try accept(findings[0], ["--reason", reason, "--expires", "2999-12-30"]).status == 0)
    let check = try store.run("check", moved, "--baseline", "mini", "--report", "json=-")
    #expect(check.status == 0)
    #expect(try Self.findings(check.output, waived: true).sorted() == findings.sorted())
    let parsed = try JSONSerialization.jsonObject(with: Data(check.output.utf8)) as? [String: Any]
    let waived = try #require(parsed?["waived"] as? [[String: Any]])
    #expect(waived.allSatisfy { ($0["waiver"] as? [String: Any])?["reason"] as? String == reason })

    let updated = try store.run("baseline", "update", "mini", moved)
    #expect(updated.status == 0, "\(updated.messages)")
    #expect(try store.read(store.path(of: "mini")) == store.read(moved))
    #expect(try store.read(store.waivers).hasSuffix("waivers: []\n"))
    #expect(try store.run("check", moved, "--baseline", "mini").status == 0)
    #expect(try Set(store.contents().keys) == ["mini.json", "waivers.yaml"])
  }

  /// The ids of the findings in a JSON report.
  ///
  /// - Parameter name: `id`, or `digest`, which no two findings share.
  static func findings(_ json: String, waived: Bool, name: String = "id") throws -> [String] {
    let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    let changes = try #require(object?[waived ? "waived" : "findings"] as? [[String: Any]])
    return changes.filter { ["breaking", "review"].contains($0["severity"] as? String) }.compactMap { $0[name] as? String }
  }
}
