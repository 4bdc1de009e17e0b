import Foundation
import TestSupport
import Testing

/// Checks that run at once, and checks that are interrupted.
@Suite struct ConcurrencyTests {
  @Test func twoChecksOfOneTree() throws {
    let tree = try TinyTree([], ["NETNS_INUM"], ["NETNS_INUM", "SKB_MOVED"])
    let runs = try [["--base", "HEAD~2"], ["--base", "HEAD~"]].map { try tree.start($0) }.map { try $0.finish() }
    #expect(runs[0].status == 0 && runs[0].rules == ["field-added"], "\(runs[0])")
    #expect(runs[1].status == 0 && runs[1].rules == [], "\(runs[1])")
    let waiting = runs.filter { $0.messages.contains("another check of \(tree.directory) is running; waiting for it") }
    #expect(waiting.count == 1)
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func interruption(_ signal: Int32) throws {
    let tree = try TinyTree([])
    // The build of this commit stands still.
    try tree.write("", to: "wait")
    try tree.commit(["NETNS_INUM"])
    let before = try tree.state()
    let temporary = try TemporaryFile.write([], name: "here")
    let scratch = URL(fileURLWithPath: temporary).deletingLastPathComponent().path
    let run = try tree.start(
      ["--base", "HEAD~", "--apply", "-"], environment: ["TMPDIR": scratch], input: try patch(tree))
    var sleeping: [pid_t] = []
    for _ in 0..<600 where sleeping.isEmpty {
      usleep(50_000)
      sleeping = descendants(of: run.identifier).filter { name(of: $0) == "sleep" }
    }
    #expect(!sleeping.isEmpty)
    kill(run.identifier, signal)
    let result = try run.finish()
    #expect(result.status == 128 + signal)
    #expect(result.output == "")
    for _ in 0..<100 where sleeping.contains(where: { kill($0, 0) == 0 }) { usleep(20_000) }
    #expect(!sleeping.contains { kill($0, 0) == 0 }, "what make started goes on")
    #expect(try tree.state() == before)
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch) == ["here"])
    // What is left in the cache does no harm.
    try FileManager.default.removeItem(atPath: "\(tree.directory)/wait")
    try tree.commit(["NETNS_INUM"])
    #expect(try tree.check("--base", "HEAD~2").rules == ["field-added"])
  }

  /// A patch that changes nothing of what is built.
  private func patch(_ tree: TinyTree) throws -> String {
    let head = try tree.git("rev-parse", "HEAD")
    let mail = try tree.git("format-patch", "--stdout", "-1", head)
    return mail + "\n"
  }

  private func descendants(of process: pid_t) -> [pid_t] {
    let children = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")) ?? []
    let direct = children.flatMap { task in
      ((try? String(contentsOfFile: "/proc/\(process)/task/\(task)/children", encoding: .utf8)) ?? "")
        .split(separator: " ").compactMap { pid_t($0) }
    }
    return direct + direct.flatMap(descendants)
  }

  private func name(of process: pid_t) -> String {
    ((try? String(contentsOfFile: "/proc/\(process)/comm", encoding: .utf8)) ?? "").trimmingCharacters(in: .newlines)
  }
}
