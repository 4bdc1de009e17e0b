import Foundation
import TestSupport
import Testing

/// Revisions of a tree are compared with each other, and the tree stays as it is.
@Suite struct RevisionTests {
  @Test func twoRevisions() throws {
    let tree = try TinyTree(["NETNS_INUM"], ["NETNS_INUM", "NETNS_INUM_UNGUARDED"])
    let before = try tree.state()
    let result = try tree.check("--base", "HEAD~")
    #expect(result.status == 1, "\(result)")
    #expect(result.rules == ["meaning-changed"])
    #expect(result.output.contains("__sk_buff.netns_inum"))
    #expect(try tree.state() == before)
    // A second time nothing is built.
    let again = try tree.check("--base", "HEAD~", environment: ["PATH": try pathWithoutMake()])
    #expect(again.status == 1 && again.output == result.output, "\(again)")
  }

  /// A directory with git and the compiler, and no make.
  private func pathWithoutMake() throws -> String {
    let directory = URL(fileURLWithPath: try TemporaryFile.write([])).deletingLastPathComponent()
    for tool in ["git", "gcc", "env"] {
      let path = try Command.run("sh", ["-c", "command -v \(tool)"]).trimmingCharacters(in: .whitespacesAndNewlines)
      try FileManager.default.createSymbolicLink(
        atPath: directory.appendingPathComponent(tool).path, withDestinationPath: path)
    }
    return directory.path
  }

  @Test func socketsAreFound() throws {
    let tree = try TinyTree([], ["REGISTER_NOT_RESTORED"])
    let result = try tree.check("--base", "HEAD~")
    #expect(result.status == 1, "\(result)")
    #expect(Set(result.rules) == ["register-changed"], "\(result.output)")
    #expect(result.output.contains("6 fields of bpf_sock_addr change another register"))
  }

  /// Two compilers and two linkers say the same of a change, and have the same ABI.
  @Test func compilersAgree() throws {
    let tree = try TinyTree(["NETNS_INUM"], ["NETNS_INUM", "NETNS_INUM_UNGUARDED"])
    let gnu = try tree.check("--base", "HEAD~")
    let llvm = try tree.check("--base", "HEAD~", environment: TinyTree.llvm())
    #expect(gnu.status == 1 && llvm.status == 1, "\(llvm)")
    #expect(gnu.rules == ["meaning-changed"] && gnu.output == llvm.output, "\(llvm)")
    // One of each compiler's two snapshots is of the first commit.
    let files = try Command.run("find", [tree.cache, "-path", "*/snapshots/*.json"]).split(separator: "\n").map(String.init)
    #expect(files.count == 4)
    let same = try files.map { file in
      try files.filter { try Program.run(["diff", file, $0, "--fail-on", "note"]).status == 0 }.count
    }
    #expect(same == [2, 2, 2, 2])
  }

  @Test func eachNamesTheCommit() throws {
    let tree = try TinyTree(
      [], ["NETNS_INUM"], ["NETNS_INUM", "SKB_MOVED"], ["NETNS_INUM", "SKB_MOVED", "NETNS_INUM_UNGUARDED"])
    let result = try tree.check("--base", "HEAD~3", "--each")
    #expect(result.status == 1, "\(result)")
    #expect(result.rules == ["field-added", "meaning-changed"])
    let titles = result.output.split(separator: "\n").filter { $0.contains("(\"Turn on") }
    #expect(titles.count == 3)
    let report = result.output.components(separatedBy: "(\"Turn on NETNS_INUM, SKB_MOVED, NETNS_INUM_UNGUARDED\")")
    #expect(report.count == 2 && report[1].contains("meaning-changed") && !report[0].contains("meaning-changed"))
  }

  /// A report to the standard output is of each commit, one to a file of all of them.
  @Test func reportsOfASeries() throws {
    let tree = try TinyTree([], ["NETNS_INUM"], ["NETNS_INUM", "NETNS_INUM_UNGUARDED"])
    let file = try TemporaryFile.write([], name: "report.json")
    let result = try tree.check("--base", "HEAD~2", "--each", "--report", "markdown=-", "--report", "json=\(file)")
    #expect(result.status == 1, "\(result)")
    #expect(
      result.output.contains("Turn on NETNS_INUM, NETNS_INUM_UNGUARDED") && result.output.contains("`meaning-changed`"))
    let whole = try String(contentsOfFile: file, encoding: .utf8)
    #expect(whole.contains("field-added") && !whole.contains("meaning-changed"))
  }

  @Test func changesThatAreNotCommitted() throws {
    let tree = try TinyTree(["NETNS_INUM"])
    #expect(try tree.check("--base", "HEAD").messages.contains("the same commit: there is nothing to check"))
    try tree.set(["NETNS_INUM", "NETNS_INUM_UNGUARDED"])
    let before = try tree.state()
    let result = try tree.check("--base", "HEAD")
    #expect(result.status == 1 && result.rules == ["meaning-changed"], "\(result)")
    #expect(result.messages.contains("changes that are not committed are part of what is checked"))
    #expect(try tree.state() == before)
  }

  @Test func patches() throws {
    let tree = try TinyTree([], ["NETNS_INUM"], ["NETNS_INUM", "NETNS_INUM_MOVED"])
    let mails = try tree.git("format-patch", "--stdout", "HEAD~2") + "\n"
    try tree.git("reset", "--quiet", "--hard", "HEAD~2")
    let before = try tree.state()
    let file = try TemporaryFile.write(Array(mails.utf8), name: "series.mbox")
    for result in try [tree.check("--apply", file, "--each"), tree.check("--apply", "-", "--each", input: mails)] {
      #expect(result.status == 1 && result.rules == ["field-added", "field-moved"], "\(result)")
    }
    let other = try tree.check("--apply", "-", input: mails.replacingOccurrences(of: "NETNS_INUM_MOVED", with: "OTHER"))
    #expect(other.status == 0 && other.rules == ["field-added"], "\(other)")
    try tree.commit(["SKB_MOVED"])
    let refused = try tree.check("--apply", file)
    #expect(refused.status == 2 && refused.messages.contains("can't apply \(file)"), "\(refused)")
    try tree.git("reset", "--quiet", "--hard", "HEAD~")
    // The patch that did not apply leaves nothing behind.
    #expect(try tree.check("--apply", file).status == 0)
    #expect(try tree.git("status", "--porcelain") == "" && before.contains("refs/heads/main"))
  }

  /// A base that the head does not come from would look as if the head had taken its changes back.
  @Test func baseIsAncestor() throws {
    let tree = try TinyTree([], ["NETNS_INUM"])
    try tree.git("checkout", "--quiet", "-b", "topic", "HEAD~")
    try tree.commit(["SKB_MOVED"])
    let common = try tree.git("rev-parse", "--short=12", "main~")
    let check = try tree.check("--base", "main")
    #expect(check.status == 2 && check.output == "", "\(check)")
    #expect(
      check.messages.contains(
        "main is no ancestor of what is checked; the last commit that both have is \(common) (\"Turn on nothing\")"),
      "\(check)")
    let bisect = try Program.run([
      "bisect", tree.directory, "--tree-cache", tree.cache, "--finding", "field-removed:__sk_buff.netns_inum", "--good", "main",
      "--bad", "topic",
    ])
    #expect(bisect.status == 2 && bisect.messages.contains("main is no ancestor of topic; "), "\(bisect)")
    #expect(try tree.check("--base", "main~").status == 0)
  }

  /// Each commit is counted, also those that change nothing.
  @Test func eachCounts() throws {
    let tree = try TinyTree([], ["NETNS_INUM"], ["NETNS_INUM"])
    let result = try tree.check("--base", "HEAD~2", "--each")
    let lines = result.output.split(separator: "\n").filter { $0.contains(" of 2: ") }
    #expect(lines.count == 2 && lines[0].hasPrefix("1 of 2: ") && lines[1].hasPrefix("2 of 2: "), "\(result)")
    #expect(lines.last?.hasSuffix("(\"Turn on NETNS_INUM\"): no change") == true, "\(result)")
  }

  /// What services show beside the source points to the line of the declaration.
  @Test func lineOfDeclaration() throws {
    let tree = try TinyTree([], ["NETNS_INUM"])
    let result = try tree.check("--base", "HEAD~", "--report", "github=-")
    let header = try String(contentsOfFile: "\(tree.directory)/include/context.h", encoding: .utf8)
    let lines = header.split(separator: "\n", omittingEmptySubsequences: false)
    let line = try #require(lines.firstIndex { $0.hasSuffix(" netns_inum;") }) + 1
    #expect(
      result.output.hasPrefix("::notice file=include/context.h,line=\(line),title=addition%3A field-added::"), "\(result)")
  }

  @Test func bisect() throws {
    let tree = try TinyTree(
      ["NETNS_INUM"], ["NETNS_INUM", "SKB_MOVED"], ["NETNS_INUM", "NETNS_INUM_SHIFTED"],
      ["NETNS_INUM", "NETNS_INUM_SHIFTED", "SKB_MOVED"])
    let finding = "meaning-changed:__sk_buff.netns_inum"
    let common = ["bisect", tree.directory, "--tree-cache", tree.cache, "--finding", finding]
    let result = try Program.run(common + ["--good", "HEAD~3", "--bad", "HEAD"])
    #expect(result.status == 0, "\(result)")
    #expect(result.output.contains(finding) && result.output.contains("(\"Turn on NETNS_INUM, NETNS_INUM_SHIFTED\")"))
    // What `git bisect run` is told.
    let good = try tree.git("rev-parse", "HEAD~3")
    for (revision, status) in [("HEAD~2", 0), ("HEAD", 1)] as [(String, Int32)] {
      try tree.git("checkout", "--quiet", "--detach", try tree.git("rev-parse", "main\(revision.dropFirst(4))"))
      #expect(try Program.run(common + ["--good", good, "--run"]).status == status, "\(revision)")
    }
    try tree.write("int broken", to: "net/core/filter.c")
    #expect(try Program.run(common + ["--good", good, "--run"]).status == 125)
    #expect(try Program.run(common + ["--good", "nowhere", "--run"]).status == 128)
  }
}
