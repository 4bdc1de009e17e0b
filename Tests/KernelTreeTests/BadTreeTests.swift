import Foundation
import TestSupport
import Testing

/// What is wrong with a tree, or with the machine, is said, and the check has not been made: exit status 2.
@Suite struct BadTreeTests {
  @Test func notAKernelTree() throws {
    let directory = URL(fileURLWithPath: try TemporaryFile.write([])).deletingLastPathComponent().path
    let result = try Program.run(["check", directory, "--base", "HEAD"])
    #expect(result.status == 2)
    #expect(result.messages == "ctxabi: \(directory): is no kernel source tree: it has no Makefile\n")
    let missing = try Program.run(["check", "/nonexistent/linux", "--base", "HEAD"])
    #expect(missing.status == 2 && missing.messages.contains("there is no such directory"))
  }

  @Test func notAGitTree() throws {
    let tree = try TinyTree([])
    try FileManager.default.removeItem(atPath: "\(tree.directory)/.git")
    let result = try tree.check("--base", "HEAD")
    #expect(
      result.status == 2 && result.messages.contains("it is no git work tree, so it has no revisions"), "\(result)")
  }

  @Test func unknownRevision() throws {
    let tree = try TinyTree([])
    for arguments in [["--base", "v9.9"], ["--base", "HEAD", "--head", "v9.9"]] {
      let result = try tree.start(arguments).finish()
      #expect(result.status == 2 && result.messages.contains("can't find the revision v9.9"), "\(result)")
    }
  }

  @Test func commitThatDoesNotCompile() throws {
    let tree = try TinyTree([])
    try tree.write("int broken = ;\n", to: "net/core/filter.c")
    try tree.git("commit", "--quiet", "--all", "-m", "Break the build")
    let commit = try tree.git("rev-parse", "--short=12", "HEAD")
    for arguments in [["--base", "HEAD~"], ["--base", "HEAD~", "--each"]] {
      let result = try tree.start(arguments).finish()
      #expect(result.status == 2 && result.output == "", "\(result)")
      #expect(
        result.messages.contains("\(commit) (\"Break the build\"): net/core/filter.c does not build:"), "\(result)")
      // The compiler's own words.
      #expect(result.messages.contains("net/core/filter.c:1:14: error: expected expression"), "\(result)")
    }
    // The commit before it can still be checked.
    #expect(try tree.check("--base", "HEAD~", "--head", "HEAD~").messages.contains("the same commit"))
  }

  @Test func withoutTools() throws {
    let tree = try TinyTree([], ["NETNS_INUM"])
    let compiler = try tree.check("--base", "HEAD~", environment: ["CC": "nonexistent-cc"])
    #expect(compiler.status == 2 && compiler.messages == "ctxabi: nonexistent-cc: is not installed\n", "\(compiler)")
    let crossing = try tree.check("--base", "HEAD~", environment: ["CROSS_COMPILE": "nonexistent-"])
    #expect(crossing.status == 2 && crossing.messages.contains("nonexistent-gcc: is not installed"), "\(crossing)")
    let linker = try tree.check("--base", "HEAD~", environment: ["LD": "nonexistent-ld"])
    #expect(linker.status == 2 && linker.messages.contains("nonexistent-ld: is not installed"), "\(linker)")
    // With the tools back it works.
    #expect(try tree.check("--base", "HEAD~").status == 0)
  }

  @Test func kernelWithoutBPF() throws {
    let tree = try TinyTree([], ["NETNS_INUM"])
    let file = try TemporaryFile.write(Array("CONFIG_NET=y\n# CONFIG_BPF_SYSCALL is not set\n".utf8), name: "config")
    let result = try tree.check("--base", "HEAD~", "--config", file)
    #expect(result.status == 2 && result.messages.contains("CONFIG_BPF_SYSCALL off"), "\(result)")
  }

  @Test func badConfiguration() throws {
    let tree = try TinyTree([], ["NETNS_INUM"])
    let missing = try tree.check("--base", "HEAD~", "--config", "/nonexistent/config")
    #expect(missing.status == 2 && missing.messages.contains("/nonexistent/config: can't be used as the configuration"))
    let other = try TemporaryFile.write(Array("hello\n".utf8), name: "config")
    let result = try tree.check("--base", "HEAD~", "--config", other)
    #expect(result.status == 2 && result.messages.contains("no line of it names an option"), "\(result)")
  }

  /// No file may get longer than some blocks of 512 bytes: a full disk, as far as programs see it. It stops git, the compiler,
  /// the linker.
  @Test(arguments: [(8, "unable to write file"), (48, "File too large"), (200, "")])
  func fullDisk(_ blocks: Int, _ problem: String) throws {
    let tree = try TinyTree([], ["NETNS_INUM"])
    let result = try tree.check("--base", "HEAD~", shell: "trap '' XFSZ; ulimit -f \(blocks)")
    #expect(result.status == 2 && result.output == "", "\(result)")
    #expect(problem == "" || result.messages.contains(problem), "\(result)")
    // Nothing half-written is taken for whole.
    let again = try tree.check("--base", "HEAD~")
    #expect(again.status == 0 && again.rules == ["field-added"], "\(again)")
  }

  @Test func cacheThatCanNotBeWritten() throws {
    let tree = try TinyTree([], ["NETNS_INUM"])
    let file = try TemporaryFile.write([], name: "cache")
    let result = try Program.run(["check", tree.directory, "--base", "HEAD~", "--tree-cache", file])
    #expect(result.status == 2 && result.messages.contains(file), "\(result)")
  }
}
