import Foundation
import TestSupport
import Testing

/// `--context`, `--field`, `--prog-type` and `--rule`: what is left out is counted, and no gate gets green in silence.
@Suite struct FilterTests {
  /// Two variants of the miniature kernel: netns_inum of __sk_buff moves, a program type goes.
  private func files() throws -> (old: String, new: String) {
    (
      try TemporaryFile.write(Array(MiniKernel.snapshot(.x86_64, ["NETNS_INUM"]).json.utf8), name: "old.json"),
      try TemporaryFile.write(
        Array(MiniKernel.snapshot(.x86_64, ["NETNS_INUM", "NETNS_INUM_MOVED", "PROGRAM_TYPE_REMOVED"]).json.utf8),
        name: "new.json")
    )
  }

  private func diff(_ more: String...) throws -> Program.Run {
    let (old, new) = try files()
    return try Program.run(["diff", old, new] + more)
  }

  @Test func keepsWhatIsAskedFor() throws {
    let all = try diff("--show", "note")
    #expect(all.status == 1 && all.rules.contains("field-moved") && all.rules.contains("program-type-removed"), "\(all)")
    #expect(!all.output.contains("left out"))
    for filter in [
      ["--rule", "field-moved"], ["--field", "netns_inum", "--rule", "field-moved"],
      ["--field", "__sk_buff.netns_inum", "--rule", "field-moved"], ["--rule", "field-moved", "--context", "__sk_buff"],
      ["--rule", "field-moved", "--prog-type", "BPF_PROG_TYPE_SCHED_CLS"], ["--rule", "field-moved", "--prog-type", "tc"],
    ] {
      let some = try diffAll(filter)
      #expect(some.status == 1 && Set(some.rules) == ["field-moved"], "\(filter): \(some)")
      #expect(some.output.contains(/\ leaves\s+out \d+\s+findings?,/), "\(some.output)")
      let count = all.rules.count - some.rules.count
      #expect(some.output.contains("\(count) left out"), "\(some.output)")
    }
    let without = try diff("--show", "note", "--rule", "!field-moved")
    #expect(!without.rules.contains("field-moved") && without.rules.count == all.rules.count - 1)
  }

  private func diffAll(_ filter: [String]) throws -> Program.Run {
    let (old, new) = try files()
    return try Program.run(["diff", old, new, "--show", "note"] + filter)
  }

  /// The status is that of what was asked for, and what would have failed the gate is said twice.
  @Test func saysWhatWouldHaveFailed() throws {
    let result = try diff("--context", "bpf_sock_addr")
    #expect(result.status == 0, "\(result)")
    #expect(result.output.contains("Nothing that was asked for: "), "\(result.output)")
    #expect(!result.output.contains("No change") && !result.output.contains("promise the same"))
    #expect(
      result.messages.contains(
        /^ctxabi: the gate would have failed: --context bpf_sock_addr leaves out \d+ findings, \d of them at or above the gate \(review\)\.\n$/
      ),
      "\(result.messages)")
  }

  /// Every format carries the count.
  @Test(arguments: ["text", "markdown", "json", "sarif", "junit", "github", "html"]) func formats(_ format: String) throws {
    let result = try diff("--context", "bpf_sock_addr", "--report", "\(format)=-")
    let text = result.output.replacing(/\s+/, with: " ")
    if format == "json" {
      #expect(text.contains("\"options\": \"--context bpf_sock_addr\"") && text.contains("\"leftOut\": "), "\(text.prefix(900))")
    } else {
      #expect(text.contains("context bpf") && text.contains("leaves out "), "\(text.prefix(2000))")
    }
    if format == "html" { #expect(!text.contains("Without any change</h2> <ul class='names'> <li><code>__sk_buff<")) }
  }

  /// A slip of the pen leaves everything out, so it is refused.
  @Test func unknownWords() throws {
    for (filter, hint) in [
      (["--context", "__sk_buf"], "--context __sk_buf: there is no such context; did you mean __sk_buff?"),
      (["--context", "!xdp_mdx"], "did you mean xdp_md?"), (["--field", "netns_inun"], "did you mean netns_inum?"),
      (["--rule", "field-move"], "did you mean field-moved?"), (["--prog-type", "sched_cl"], "did you mean sched_cls?"),
    ] {
      let result = try diffAll(filter)
      #expect(result.status == 64 && result.output == "" && result.messages.contains(hint), "\(filter): \(result)")
    }
  }

  @Test func lintAndHistory() throws {
    let kernel = try TemporaryFile.write(
      Array(MiniKernel.snapshot(.x86_64, ["REGISTER_NOT_RESTORED", "SAME_REGISTER_BUG"]).json.utf8), name: "build.json")
    let all = try Program.run(["lint", kernel])
    let some = try Program.run(["lint", kernel, "--rule", "same-register-differs"])
    #expect(all.rules.count > some.rules.count && Set(some.rules) == ["same-register-differs"], "\(all) \(some)")
    #expect(some.output.contains("leaves out \(all.rules.count - some.rules.count) finding"))
    let (old, new) = try files()
    let page = try Program.run(["history", old, new, "--context", "__sk_buff", "--field", "netns_inum"])
    #expect(page.status == 0 && page.output.contains("<th scope='row'><code>netns_inum</code></th>"))
    #expect(!page.output.contains("<code>mark</code></th>") && !page.output.contains("id='context-xdp_md'"))
    #expect(page.output.contains(" leaves out "))
  }

  /// What could not be checked is told whatever is asked for.
  @Test func holesStay() throws {
    let old = try TemporaryFile.write(Array(MiniKernel.snapshot(.x86_64).json.utf8), name: "old.json")
    let new = try TemporaryFile.write(Array(MiniKernel.snapshot(.x86_64, ["CALLBACK_FAULTS"]).json.utf8), name: "new.json")
    let result = try Program.run(["diff", old, new, "--context", "bpf_sock_addr"])
    #expect(result.status == 2 && result.output.contains("NOT COVERED"), "\(result)")
  }
}
