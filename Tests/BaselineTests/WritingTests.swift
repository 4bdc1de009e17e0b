import ContextABI
import Foundation
import TestSupport
import Testing

/// Several processes, processes that are ended, and directories that can't be written: the store stays whole.
@Suite(.serialized) struct WritingTests {
  private let store: TestStore
  /// Two snapshots of which each may replace the other: no change between them is breaking.
  private let one: String
  private let two: String

  init() throws {
    store = try TestStore()
    one = try store.snapshot(["NETNS_INUM"])
    two = try store.snapshot(["NETNS_INUM", "SKB_MOVED"])
    _ = try store.run("baseline", "add", "mini", one)
  }

  @Test func concurrentAdditions() throws {
    let runs = try (0..<12).map { try store.start("baseline", "add", "n\($0)", $0 % 2 == 0 ? one : two) }
    for run in runs {
      let result = try run.wait()
      #expect(result.status == 0, "\(result.messages)")
    }
    #expect(try Set(store.contents().keys) == Set((0..<12).map { "n\($0).json" } + ["mini.json"]))
    #expect(try store.run("baseline", "verify").output == "13 baselines verified\n")
    // Of several that add one name a single one does, and the others say so.
    let rivals = try (0..<6).map { try store.start("baseline", "add", "rival", $0 % 2 == 0 ? one : two) }
    let results = try rivals.map { try $0.wait() }
    #expect(results.count { $0.status == 0 } == 1)
    #expect(results.count { $0.status == 2 && $0.messages.contains("there is a baseline rival already") } == 5)
  }

  /// Every waiver that a process says it has written is there.
  @Test func concurrentAcceptance() throws {
    let kernel = try store.snapshot(["NETNS_INUM", "RUN_MOVED", "FIELD_NARROWED", "FIELD_REFUSED", "XDP_REMOVED"])
    let check = try store.run("check", kernel, "--baseline", "mini", "--report", "json=-")
    let findings = try Set(CommandTests.findings(check.output, waived: false, name: "digest")).sorted()
    #expect(findings.count >= 4, "\(findings)")
    let runs = try findings.map {
      try store.start("baseline", "accept", "mini", kernel, $0, "--reason", "r", "--who", "w")
    }
    for run in runs {
      let result = try run.wait()
      #expect(result.status == 0, "\(result.messages)")
    }
    let after = try store.run("check", kernel, "--baseline", "mini", "--report", "json=-")
    #expect(after.status == 0, "\(after.messages)")
    #expect(try CommandTests.findings(after.output, waived: false).isEmpty)
  }

  @Test func concurrentUpdates() throws {
    let runs = try (0..<10).map { try store.start("baseline", "update", "mini", $0 % 2 == 0 ? two : one) }
    for run in runs { #expect(try run.wait().status == 0) }
    let content = try store.contents()
    #expect(content.count == 1)
    #expect(try [store.read(one), store.read(two)].contains(content["mini.json"]))
  }

  /// A process that is killed at any moment leaves the old or the new baseline; what else it leaves is no baseline, and
  /// gone after the next command.
  @Test(.timeLimit(.minutes(5))) func killedUpdates() throws {
    let contents = try [store.read(one), store.read(two)]
    let start = Date()
    #expect(try store.run("baseline", "update", "mini", two).status == 0)
    let duration = Date().timeIntervalSince(start) * 1.2
    var generator = SystemRandomNumberGenerator()
    var (number, killed) = (0, 0)
    // A first run on a busy machine may have taken much longer than the others: then many are done before they are killed.
    while number < 100 || (killed < 20 && number < 1000) {
      defer { number += 1 }
      let run = try store.start("baseline", "update", "mini", number % 2 == 0 ? one : two)
      usleep(UInt32(Double.random(in: 0...duration, using: &generator) * 1e6))
      run.kill()
      if try run.wait().status == nil { killed += 1 }
      #expect(contents.contains(try store.read(store.path(of: "mini"))), "\(number)")
      #expect(throws: Never.self, "\(number)") { try Snapshot(path: store.path(of: "mini")) }
    }
    #expect(killed >= 20, "only \(killed) of \(number) were killed before they were done")
    #expect(try store.run("baseline", "verify").output == "1 baseline verified\n")
    #expect(try store.run("baseline", "list").output.split(separator: "\n").count == 2)
    // A file that somebody else has put there stays.
    try store.write("other", to: "\(store.path)/mini.json.new")
    #expect(try store.run("baseline", "update", "mini", one).status == 0)
    #expect(try store.contents() == ["mini.json": contents[0], "mini.json.new": "other"])
  }

  /// An update that uses a waiver up changes two files, yet has happened or has not: the gate is passed after it as before.
  @Test(.timeLimit(.minutes(5))) func killedUpdatesWithWaivers() throws {
    let moved = try store.snapshot(["NETNS_INUM", "NETNS_INUM_MOVED"])
    let check = try store.run("check", moved, "--baseline", "mini", "--report", "json=-")
    for finding in try CommandTests.findings(check.output, waived: false) {
      _ = try store.run("baseline", "accept", "mini", moved, finding, "--reason", "r", "--who", "w")
    }
    let before = try store.contents()
    let start = Date()
    #expect(try store.run("baseline", "update", "mini", moved).status == 0)
    let duration = Date().timeIntervalSince(start) * 1.2
    let after = try store.contents()
    for number in 0..<40 {
      for (name, text) in before { try store.write(text, to: "\(store.path)/\(name)") }
      let run = try store.start("baseline", "update", "mini", moved)
      usleep(UInt32(Double.random(in: duration * 0.3...duration) * 1e6))
      run.kill()
      _ = try run.wait()
      let result = try store.run("check", moved, "--baseline", "mini")
      #expect(result.status == 0, "\(number): \(result.messages)")
      // Any command that writes ends what was begun.
      #expect(try store.run("baseline", "add", "other", one).status == 0)
      #expect(try store.run("baseline", "remove", "other").status == 0)
      #expect(try [before, after].contains(store.contents()), "\(number)")
    }
  }

  /// Each moment at which the update of two files can be interrupted, made by hand.
  @Test func interruptedUpdate() throws {
    let moved = try store.snapshot(["NETNS_INUM", "NETNS_INUM_MOVED"])
    let report = try store.run("check", moved, "--baseline", "mini", "--report", "json=-")
    for finding in try CommandTests.findings(report.output, waived: false) {
      _ = try store.run("baseline", "accept", "mini", moved, finding, "--reason", "r", "--who", "w")
    }
    let waivers = try store.read(store.waivers)
    let (old, new) = (try store.read(one), try store.read(moved))
    let empty = "# none\nwaivers: []\n"
    let torn = String(new.prefix(1000))
    let oldState = ["mini.json": old, "waivers.yaml": waivers]
    for (left, expected) in [
      (["mini.json": old, "mini.json.writing": torn], oldState),
      (["mini.json": old, "mini.json.writing": new, "waivers.yaml.writing": "waiv"], oldState),
      (["mini.json": old, "mini.json.writing": new, "waivers.yaml.next": empty], oldState),
      (["mini.json": old, "waivers.yaml.writing": "waiv"], oldState),
      (["mini.json": new, "waivers.yaml.next": empty], ["mini.json": new, "waivers.yaml": empty]),
    ] {
      for name in try store.contents().keys { try FileManager.default.removeItem(atPath: "\(store.path)/\(name)") }
      for (name, text) in left { try store.write(text, to: "\(store.path)/\(name)") }
      try store.write(waivers, to: store.waivers)
      let check = try store.run("check", moved, "--baseline", "mini")
      #expect(check.status == 0, "\(left.keys.sorted()): \(check.messages)")
      #expect(try store.run("baseline", "list").output.split(separator: "\n").count == 2)
      #expect(try store.run("baseline", "verify").status == 0)
      _ = try store.run("baseline", "remove", "none")
      let added = try store.run("baseline", "add", "other", one)
      #expect(added.status == 0, "\(added.messages)")
      _ = try store.run("baseline", "remove", "other")
      #expect(try store.contents() == expected, "\(left.keys.sorted())")
    }
  }

  @Test func unwritable() throws {
    let before = try store.contents()
    // A file in the directory's place.
    let blocked = try ToolRun(["baseline", "add", "mini", one, "--store", "\(one)/store"])
    #expect(blocked.status == 2 && blocked.messages == "ctxabi: \(one)/store: can't be made a directory\n")
    let file = try ToolRun(["baseline", "add", "mini", one, "--store", one])
    #expect(file.status == 2 && file.messages.contains(one))

    // A directory that may not be written; the superuser gives up the right to do so all the same.
    chmod(store.path, 0o555)
    defer { chmod(store.path, 0o755) }
    let wrapper = getuid() == 0 ? ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-all"] : []
    for arguments in [["add", "more", one], ["update", "mini", two], ["remove", "mini"]] {
      let result = try ToolRun(["baseline"] + arguments + ["--store", store.path], wrapper: wrapper)
      #expect(result.status == 2, "\(arguments): \(result.messages)")
      #expect(result.messages.contains("ctxabi: \(store.path)/"), "\(arguments): \(result.messages)")
      #expect(result.messages.contains("Permission denied"), "\(arguments): \(result.messages)")
    }
    // Reading needs no more than it says.
    #expect(try ToolRun(["check", two, "--store", store.path], wrapper: wrapper).status == 0)
    #expect(try store.contents() == before)
  }

  /// A disk that is full.
  @Test func noRoom() throws {
    let before = try store.contents()
    let full = ["sh", "-c", "trap '' XFSZ; ulimit -f 8; exec \"$@\"", "sh"]
    for arguments in [["update", "mini", two], ["add", "more", one]] {
      let result = try ToolRun(["baseline"] + arguments + ["--store", store.path], wrapper: full)
      #expect(result.status == 2 && result.messages.contains("can't be written: File too large"), "\(result.messages)")
    }
    #expect(try store.contents() == before)
  }
}
