import Foundation
import TestSupport
import Testing

/// `ctxabi field`: one field through kernels. What is expected of kernels is what their sources say.
@Suite struct FieldTests {
  private static let store = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Baselines").path

  private func run(_ arguments: String...) throws -> Program.Run {
    try Program.run(["field"] + arguments + ["--store", Self.store])
  }

  private static let range = ["--from", "debian-5.10-amd64", "--to", "debian-7.2-amd64"]

  private func answer(_ field: String, _ more: String...) throws -> String {
    let result = try Program.run(["field", field, "--store", Self.store] + Self.range + more)
    #expect(result.status == 0 && result.messages == "", "\(result)")
    return result.output.replacing(/\n +/, with: " ")
  }

  @Test func isSafe() throws {
    let text = try answer("__sk_buff.mark", "--prog-type", "sched_cls")
    #expect(
      text.contains(
        /^__sk_buff\.mark is safe to use by sched_cls from 5\.10\.\S+ to 7\.2\.\S+: __u32 at 8, with the same meaning in all \d+ builds\.\n/
      ),
      "\(text)")
    #expect(text.contains("\nread in all builds by     sched_cls\n"), "\(text)")
    #expect(text.contains("write  skb->mark = value"))
  }

  /// `tstamp_type` came with Linux 5.18 (8d21ec0e46ed), `skb_hwtstamp` of sock_ops with 6.2 (9bb053490f1a).
  @Test func appears() throws {
    let text = try answer("__sk_buff.tstamp_type")
    #expect(
      text.contains(
        /^__sk_buff\.tstamp_type is not safe to use from 5\.10\.\S+ to 7\.2\.\S+: 5\.10\.\S+ does not have it, 6\.1\.\S+ is the first that does/
      ),
      "\(text)")
    #expect(text.contains(" does not exist\n"))
    let other = try answer("bpf_sock_ops.skb_hwtstamp")
    #expect(other.contains(/does not have it, 6\.12\.57\S+ is the first that does/), "\(other)")
    let range = try run("bpf_sock_ops.skb_hwtstamp", "--from", "debian-6.12-amd64", "--to", "debian-7.2-amd64")
    #expect(!range.output.contains("does not have it"), "\(range)")
  }

  /// In 6.1 a bit of its own tells whether there is a tag, in 6.12 the tag itself (354259fa73e2): what the old one reads is gone.
  @Test func meaningChanges() throws {
    let text = try answer("__sk_buff.vlan_present", "--prog-type", "tc")
    #expect(text.hasPrefix("__sk_buff.vlan_present may be safe to use by tc from 5.10."), "\(text)")
    #expect(text.contains("is computed from skb->vlan_all instead of skb->vlan_present [meaning-unprovable]"), "\(text)")
  }

  /// sk_filter_is_valid_access() refuses packet pointers (net/core/filter.c).
  @Test func isRefused() throws {
    let text = try answer("__sk_buff.data", "--prog-type", "socket_filter")
    #expect(text.contains(/is not safe to use by socket_filter from \S+ to \S+: 5\.10\.\S+ lets none of socket_filter access it/))
  }

  @Test func unknownNames() throws {
    for (arguments, hint) in [
      (["__sk_buf.mark"], "none of the builds has a context __sk_buf; did you mean __sk_buff?"),
      (["__sk_buff.marks"], "none of the builds has a field marks in __sk_buff; did you mean mark?"),
      (["__sk_buff.cb[5]"], "none of the builds has a field cb[5] in __sk_buff; did you mean cb?"),
      (["__sk_buff"], "__sk_buff is a context: name a field of it, as __sk_buff.FIELD"),
      (["__sk_buff.mark", "--prog-type", "xdp"], "no programs of type xdp see __sk_buff; there are "),
      (["__sk_buff.mark", "--from", "9.9"], "9.9: there is neither a file nor a baseline of this name"),
      (["__sk_buff.mark", "--from", "debian-7.2-amd64", "--to", "debian-6.1-amd64"], "--from is the older build"),
      (["__sk_buff.mark", "--from", "debian-6.1-amd64", "--on", "debian-6.1-amd64"], "--on excludes --from and --to."),
    ] {
      let result = try Program.run(["field"] + arguments + ["--store", Self.store])
      #expect(result.status == 64 && result.output == "" && result.messages.contains(hint), "\(arguments): \(result)")
    }
  }

  /// Any build: here the miniature kernel's, whose field is four bytes later in the third one.
  @Test func ownBuilds() throws {
    let files = try [["NETNS_INUM"], ["NETNS_INUM", "FIELD_IN_PADDING"], ["NETNS_INUM", "NETNS_INUM_MOVED"]].map {
      try TemporaryFile.write(Array(MiniKernel.snapshot(.x86_64, $0).json.utf8), name: "build.json")
    }
    let same = try Program.run(["field", "__sk_buff.netns_inum", "--on", files[0], files[1]])
    #expect(
      same.output.hasPrefix("__sk_buff.netns_inum is safe to use on") || same.output.contains("is safe to use from"), "\(same)")
    #expect(same.output.contains("skb->dev ? skb->dev->nd_net.net->ns.inum : 0"))
    let moved = try Program.run(["field", "__sk_buff.netns_inum", "--on"] + files)
    #expect(moved.output.contains("is not safe to use") && moved.output.contains("[field-moved]"), "\(moved)")
  }

  /// Lines fit a terminal, and each format says the same.
  @Test func formats() throws {
    for field in ["__sk_buff.tstamp", "bpf_sock_ops.snd_cwnd", "bpf_sock_ops.reply", "__sk_buff.cb[2]"] {
      let text = try run(field, "--to", "debian-7.2-amd64", "--from", "debian-5.10-amd64")
      #expect(text.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(text.output)")
      let json = try run(field, "--to", "debian-7.2-amd64", "--from", "debian-5.10-amd64", "--format", "json")
      let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
      let sentence = (object?["answer"] as? [String: Any])?["sentence"] as? String
      let builds = object?["builds"] as? [[String: Any]]
      #expect(builds?.count ?? 0 >= 13)
      #expect(sentence == text.output.components(separatedBy: ".\n").first?.replacing("\n  ", with: " ").appending("."))
      let markdown = try run(field, "--to", "debian-7.2-amd64", "--from", "debian-5.10-amd64", "--format", "markdown")
      #expect(markdown.output.hasPrefix("# Field `\(field)`\n"), "\(markdown.output)")
      #expect(markdown.output.split(separator: "\n").count { $0.hasPrefix("| `debian-") } == builds?.count)
    }
  }

  /// The kernel writes `reply` where it reads `args[0]`: they are one union.
  @Test func unions() throws {
    let text = try answer("bpf_sock_ops.reply")
    #expect(text.contains("write  ctx->args[0] = value"), "\(text)")
    #expect(!text.contains("no access"))
  }
}
