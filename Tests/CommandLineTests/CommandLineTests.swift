import ContextABI
import Foundation
import TestSupport
import Testing

/// What the program prints, and how it ends.
@Suite struct CommandLineTests {
  private func run(_ arguments: String...) throws -> ToolRun { try run(arguments) }

  private func run(_ arguments: [String]) throws -> ToolRun {
    let result = try ToolRun(arguments)
    #expect(result.status != nil, "\(arguments)")
    return result
  }

  @Test(arguments: ["show", "snapshot", "accesses"])
  func badFiles(_ command: String) throws {
    let kernel = ElfWriter.kernel()
    var noBTF = kernel
    noBTF.sections = [ElfWriter.Section(".BTF", type: 1, content: [1, 2, 3])]
    for (bytes, problem) in [
      ([], "is empty"), (Array("hello".utf8), "is no kernel file"),
      (kernel.write().bytes, "has neither DWARF (.debug_info) nor BTF (.BTF)"),
      (Array(kernel.write().bytes.prefix(4500)), "is it a part of a longer one?"),
      (noBTF.write().bytes, ".BTF: at offset 0x0: the magic number is 0x201, not 0xeb9f"),
    ] {
      let path = try TemporaryFile.write(bytes, name: "vmlinux")
      let result = try run(command, path)
      #expect(result.status == 2, "\(problem)")
      #expect(result.output == "", "\(problem)")
      #expect(result.messages.hasPrefix("ctxabi: \(path): "), "\(result.messages)")
      #expect(result.messages.contains(problem), "\(result.messages)")
    }
    let missing = try run(command, "/nonexistent/vmlinux")
    #expect(missing.status == 2)
    #expect(missing.messages == "ctxabi: /nonexistent/vmlinux: No such file or directory\n")
    #expect(try run(command, "/").status == 2)
  }

  /// Whoever mistypes a baseline's name must not look for a file.
  @Test func neitherFileNorBaseline() throws {
    let result = try run("diff", "debian-6.1", "debian-6.12", "--store", "/nonexistent/store")
    #expect(result.status == 64 && result.output == "")
    #expect(
      result.messages == "ctxabi: debian-6.1: there is neither a file nor a baseline of this name (in /nonexistent/store)\n")
  }

  @Test func wrongUsage() throws {
    for arguments in [["show"], ["none"], ["show", "x", "--types", "none"], ["show", "x", "--layout", "--raw"]] {
      let result = try run(arguments)
      #expect(result.status == 64, "\(arguments)")
    }
    #expect(try run("--version").status == 0)
    #expect(try run("--help").output.contains("ctxabi show vmlinux --context __sk_buff"))
  }

  @Test func show() throws {
    let path = try MiniKernel.build(.x86_64, ["NETNS_INUM"])
    let result = try run("show", path, "--context", "__sk_buff", "--prog-type", "sched_cls", "--raw")
    #expect(result.status == 0 && result.messages == "")
    #expect(result.output.contains("skb->dev ? skb->dev->nd_net.net->ns.inum : 0"))
    #expect(result.output.contains("if r2 == 0x0 goto pc+2"))
    #expect(!result.output.contains("struct xdp_md"))
    let unknown = try run("show", path, "--context", "none")
    #expect(unknown.status == 64 && unknown.messages.contains("this kernel has no context none; there are __sk_buff"))
    let type = try run("show", path, "--prog-type", "none")
    #expect(type.status == 64 && type.messages.contains("this kernel has no programs of type none"))
  }

  @Test func snapshot() throws {
    let path = try MiniKernel.build(.arm64, ["NETNS_INUM"], debug: .both)
    let file = try TemporaryFile.write([], name: "s.json")
    #expect(try run("snapshot", path, "-o", file).status == 0)
    let data = try Data(contentsOf: URL(fileURLWithPath: file))
    let snapshot = try Snapshot(json: data, file: file)
    #expect(snapshot.provenance.architecture == "arm64")
    #expect(snapshot.provenance.release == "6.18.0-mini")
    #expect(try run("snapshot", path).output == String(decoding: data, as: UTF8.self))
    #expect(try run("snapshot", path, "-o", "/nonexistent/s.json").status == 2)
  }

  /// A listing or a snapshot with a hole in it is no success.
  @Test func holes() throws {
    let path = try MiniKernel.build(.x86_64, ["CALLBACK_FAULTS"])
    let listing = try run("accesses", path)
    #expect(listing.status == 2)
    #expect(listing.messages.contains("SCHED_CLS: read 88:1 can't be told: "))
    #expect(listing.messages.contains("the listing is not whole"))
    // The first ten of them, and how many there are.
    let lines = listing.messages.split(separator: "\n")
    #expect(lines.count == 11 && lines.dropLast().allSatisfy { $0.contains(" can't be told: ") }, "\(lines)")
    let count = try #require(lines.last?.split(separator: " ").compactMap { Int($0) }.first)
    #expect(
      count > 10 && lines.last == "ctxabi: \(path): \(count) accesses or configurations can't be told; the listing is not whole")
    #expect(!listing.output.contains("SCHED_CLS\tread\t1\t88\t"), "what can't be told is not listed")
    #expect(listing.output.contains("SCHED_CLS\tread\t4\t0\t"), "the rest is")
    let file = try TemporaryFile.write([], name: "s.json")
    let snapshot = try run("snapshot", path, "-o", file)
    #expect(snapshot.status == 2)
    #expect(snapshot.messages.contains("reads 0xbad000, where there is no memory"))
    let printed = try run("snapshot", path)
    #expect(printed.status == 2 && printed.messages == snapshot.messages)
    #expect(try printed.output == String(contentsOfFile: file, encoding: .utf8))
  }

  /// The listing's lines have six columns, and are sorted by the first five.
  @Test func accesses() throws {
    let result = try run("accesses", try MiniKernel.build(.s390x))
    #expect(result.status == 0)
    let lines = result.output.split(separator: "\n").map { $0.split(separator: "\t") }
    #expect(lines.count > 1000 && lines.allSatisfy { $0.count == 6 })
    // bpf_sock_addr.sk: one load of sk, the first member of bpf_sock_addr_kern; on big-endian r2 stands in the upper half.
    #expect(result.output.contains("CGROUP_SOCK_ADDR/INET4_BIND\tread\t8\t32\tdiff\t7921000000000000\n"))
  }
}
