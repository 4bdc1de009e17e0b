import Foundation
import TestSupport
import Testing

/// What `uses`, `compat` and `--programs` print, and how they end.
@Suite struct ProgramCommandTests {
  private let object: String

  init() throws {
    object = try BPFObject.compile(
      """
      SEC("sockops") __attribute__((naked)) int wide(void *ops) { asm volatile("r0 = *(u64 *)(r1 + 24); r0 = 1; exit"); }
      SEC("tc") __attribute__((naked)) int vlan(void *skb) { asm volatile("r0 = *(u32 *)(r1 + 20); exit"); }
      """, name: "lb.bpf")
  }

  private func run(_ arguments: String...) throws -> ToolRun {
    try ToolRun(arguments + (["compat", "diff", "report"].contains(arguments[0]) ? ["--store", Baseline.directory] : []))
  }

  @Test func usesAsTable() throws {
    let result = try run("uses", object, "--format", "tsv")
    #expect(result.status == 0 && result.messages == "")
    #expect(result.output == "wide\t0\tctx\tread\t24:8\tlb.bpf.c:1\nvlan\t0\tctx\tread\t20:4\tlb.bpf.c:2\n")
  }

  /// A corpus says the same as the object, wherever it is given.
  @Test func corpusInPlaceOfTheObject() throws {
    let corpus = try TemporaryFile.write([], name: "corpus.json")
    #expect(try run("uses", object, "--format", "json", "-o", corpus).status == 0)
    for command in [["uses", "--format", "tsv"], ["uses", "--format", "json"]] {
      let (one, other) = try (ToolRun([command[0], object] + command[1...]), ToolRun([command[0], corpus] + command[1...]))
      #expect(one.output == other.output)
    }
    let directory = URL(fileURLWithPath: corpus).deletingLastPathComponent().path
    #expect(try run("compat", object, "--format", "tsv").output == run("compat", directory, "--format", "tsv").output)
  }

  @Test func compat() throws {
    let result = try run("compat", object, "--on", "debian-6.1-amd64", "debian-6.12-amd64", "--format", "tsv")
    #expect(result.status == 1)
    let rows = result.output.split(separator: "\n").map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
    #expect(
      rows.map { $0[1...3].joined(separator: " ") } == [
        "wide debian-6.1-amd64 refused", "wide debian-6.12-amd64 refused", "vlan debian-6.1-amd64 loads",
        "vlan debian-6.12-amd64 loads",
      ])
    #expect(rows[0][4] == "lb.bpf.c:1: read 24:8: bpf_sock_ops.remote_ip4 can be read by 4 bytes only, not by 8")
    for format in ["text", "json", "markdown", "html", "junit"] {
      let report = try run("compat", object, "--on", "debian-6.12-amd64", "--format", format)
      #expect(report.status == 1)
      #expect(report.output.contains("remote_ip4") && report.output.contains("vlan"), "\(format)")
    }
  }

  @Test func meaningsOfAReference() throws {
    let result = try run(
      "compat", object, "--on", "debian-6.12-amd64", "--reference", "debian-6.1-amd64", "--format", "tsv")
    #expect(result.output.contains("vlan\tdebian-6.12-amd64\tdiffers\tlb.bpf.c:2: read 20:4: __sk_buff.vlan_present: "))
  }

  @Test func gateOnHits() throws {
    let bystander = try BPFObject.compile(
      "SEC(\"tc\") __attribute__((naked)) int length(void *skb) { asm volatile(\"r0 = *(u32 *)(r1 + 0); exit\"); }")
    let hit = try run("diff", "debian-6.1-amd64", "debian-6.12-amd64", "--programs", object, "--fail-on-hit")
    #expect(hit.status == 1)
    #expect(hit.output.contains("1 of 2 programs is hit."))
    #expect(hit.output.contains("hits    lb.bpf.o: vlan (lb.bpf.c:2)"))
    let none = try run("diff", "debian-6.1-amd64", "debian-6.12-amd64", "--programs", bystander, "--fail-on-hit")
    #expect(none.status == 0)
    #expect(none.output.contains("0 of 1 program is hit."))
    #expect(try run("diff", "debian-6.1-amd64", "debian-6.12-amd64", "--fail-on-hit").status == 64)
  }

  @Test func badFiles() throws {
    let text = try TemporaryFile.write(Array("hello".utf8), name: "x.o")
    let result = try run("uses", text)
    #expect(result.status == 2 && result.output == "")
    #expect(result.messages == "ctxabi: \(text): is no ELF file, so no BPF object\n")
    #expect(try run("uses", "/nonexistent/x.o").status == 2)
    #expect(try run("uses").status == 64)
    let jump = try BPFObject.compile(
      "SEC(\"tc\") __attribute__((naked)) int out(void *c) { asm volatile(\"if r1 == 0 goto +2000; r0 = 0; exit\"); }")
    let problem = try run("uses", jump)
    #expect(problem.status == 2)
    #expect(problem.output.contains("not all can be told: instruction 0 jumps to 2001"))
  }
}
