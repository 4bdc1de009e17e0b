import Foundation
import TestSupport
import Testing

/// What people type for baselines, contexts, program types, rules and commands.
@Suite struct NamesTests {
  private static let store = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Baselines").path

  private func run(_ arguments: String...) throws -> Program.Run {
    let takesStore = ["show", "diff", "check", "lint"].contains(arguments.first ?? "")
    return try Program.run(arguments + (takesStore ? ["--store", Self.store] : []))
  }

  /// A version is enough; the standard error says which baseline was taken, and which it might have been.
  @Test func versions() throws {
    let one = try run("show", "7.2", "--context", "xdp_md")
    #expect(one.status == 0 && one.output.contains("\nstruct xdp_md {"))
    #expect(one.messages == "ctxabi: 7.2: taking the baseline debian-7.2-amd64\n")
    let arm = try run("show", "6.12-arm64", "--context", "xdp_md", "--layout")
    #expect(arm.status == 0 && arm.messages == "ctxabi: 6.12-arm64: taking the baseline debian-6.12-arm64\n")
    let release = try run("show", "6.12.117", "--context", "xdp_md", "--layout")
    #expect(release.messages == "ctxabi: 6.12.117: taking the baseline debian-6.12-bookworm-amd64\n")
    let difference = try run("diff", "6.18", "6.19", "--fail-on", "breaking")
    #expect(difference.messages.contains("debian-6.18-amd64") && difference.messages.contains("debian-6.19-amd64"))
    let none = try run("show", "5.1", "--context", "xdp_md")
    #expect(none.status == 64 && none.output == "", "\(none)")
  }

  #if arch(x86_64)
    @Test func severalFit() throws {
      let plain = try run("show", "6.12", "--context", "xdp_md", "--layout")
      #expect(plain.status == 0)
      #expect(plain.messages.hasPrefix("ctxabi: 6.12: taking the baseline debian-6.12-amd64 (there are "), "\(plain)")
      #expect(plain.messages.contains("debian-6.12-backports-amd64") && !plain.messages.contains("arm64"))
    }
  #endif

  @Test func suggestions() throws {
    for (arguments, hint) in [
      (["show", "debian-6.1-amd46"], "did you mean debian-6.1-amd64"),
      (["show", "debian-6.1-amd64", "--context", "sk_buf"], "did you mean __sk_buff?"),
      (["show", "debian-6.1-amd64", "--prog-type", "sched_cl"], "did you mean sched_cls?"),
      (["show", "debian-6.1-amd64", "--prog-type", "zzz"], "there are cgroup_device, "),
      (["explain", "meaning-change"], "did you mean meaning-changed?"),
      (["sho"], "there is no command sho; did you mean show?"),
    ] {
      let store = arguments.count > 1 && arguments[0] == "show" ? ["--store", Self.store] : []
      let result = try Program.run(arguments + store)
      #expect(result.status == 64 && result.messages.contains(hint), "\(arguments): \(result)")
    }
  }

  @Test func programTypes() throws {
    var outputs: Set<String> = []
    for word in ["xdp", "XDP", "BPF_PROG_TYPE_XDP"] {
      let result = try run("show", "debian-6.1-amd64", "--context", "xdp_md", "--prog-type", word)
      #expect(result.status == 0)
      outputs.insert(result.output)
    }
    #expect(outputs.count == 1 && outputs.first?.isEmpty == false)
    let other = try run("show", "debian-6.1-amd64", "--context", "__sk_buff", "--prog-type", "xdp")
    #expect(other.status == 64 && other.output == "")
    #expect(other.messages == "ctxabi: programs of type xdp see xdp_md, not __sk_buff\n")
  }
}
