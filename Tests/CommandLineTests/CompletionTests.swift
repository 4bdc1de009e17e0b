import Foundation
import TestSupport
import Testing

/// What shells offer for a word that is being typed; in bash on a terminal, as a person sees it.
@Suite struct CompletionTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private func complete(_ line: String) throws -> String {
    let script = try Program.run(["--generate-completion-script", "bash"])
    #expect(script.status == 0 && !script.output.isEmpty)
    let file = try TemporaryFile.write(Array(script.output.utf8), name: "ctxabi.bash")
    let typist = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("complete-in-bash").path
    return try Command.run("python3", [typist, Program.path, file, Self.root.path, line])
  }

  @Test(arguments: [
    ("ctxabi di", "ctxabi diff "), ("ctxabi diff debian-6.1-", "ctxabi diff debian-6.1-amd64 "),
    ("ctxabi check README.md --baseline debian-7.3", "--baseline debian-7.3-amd64 "),
    ("ctxabi show debian-6.1-amd64 --context bpf_sock_o", "--context bpf_sock_ops "),
    ("ctxabi show debian-6.1-amd64 --prog-type sched_c", "--prog-type sched_cls "),
    ("ctxabi field __sk_buff.napi", "ctxabi field __sk_buff.napi_id "),
    ("ctxabi explain meaning-chang", "ctxabi explain meaning-changed "),
    ("ctxabi diff debian-6.1-amd64 debian-7.2-amd64 --rule meaning-chang", "--rule meaning-changed "),
    ("ctxabi diff debian-6.1-amd64 debian-7.2-amd64 --report markd", "--report markdown\\="),
    ("ctxabi baseline show debian-5", "ctxabi baseline show debian-5.10-amd64 "),
  ])
  func completes(_ line: String, _ whole: String) throws {
    let shown = try complete(line)
    #expect(shown.contains(whole), "\(shown)")
  }

  /// Files and baselines stand beside each other.
  @Test func lists() throws {
    let builds = try complete("ctxabi diff ")
    for word in ["debian-5.10-amd64", "debian-7.3-amd64", "README.md", "Sources/"] { #expect(builds.contains(word), "\(builds)") }
    let reports = try complete("ctxabi diff debian-6.1-amd64 debian-7.2-amd64 --report ")
    for word in ["text", "markdown", "json", "sarif", "junit", "codequality", "github", "html"] {
      #expect(reports.contains("\(word)="), "\(reports)")
    }
  }

  /// The scripts of other shells ask the program in the same way.
  @Test(arguments: ["zsh", "fish"]) func otherShells(_ shell: String) throws {
    let script = try Program.run(["--generate-completion-script", shell])
    #expect(script.status == 0 && script.output.contains("---completion"), "\(script.output.prefix(300))")
  }
}
