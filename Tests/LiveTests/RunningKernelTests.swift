import ContextABI
import Extraction
import Foundation
import LiveKernel
import TestSupport
import Testing

/// Whether this machine's kernel can be asked; the other suites rely on it.
@Suite struct LiveMachineTests {
  @Test func canBeAsked() {
    guard let problem = LiveMachine.problem else { return }
    print("*** The running kernel is NOT tested: \(problem)")
    #expect(!LiveMachine.mustBeAsked, "root on a kernel with BTF: \(problem)")
  }
}

/// The running kernel as a build.
@Suite(.enabled(if: LiveMachine.isAsked), .serialized) struct RunningKernelTests {
  private func rules(_ context: String, _ field: String, _ kind: AccessKind, _ program: String) throws -> [AccessRule] {
    let found = try #require(try LiveMachine.snapshot.get().contexts.first { $0.name == context })
    return found.rules.filter {
      $0.field == field && $0.kinds.contains(kind) && $0.programs.contains(program)
    }
  }

  @Test func isWhole() throws {
    let snapshot = try LiveMachine.snapshot.get()
    #expect(snapshot.coverage.filter(\.isHole) == [])
    #expect(snapshot.coverage.filter { $0.kind == .registerType } == [])
    #expect(snapshot.programs.count > 30)
    #expect(snapshot.contexts.count > 10)
  }

  @Test func equalsItself() throws {
    #expect(try LiveMachine.takeSnapshot().json == LiveMachine.snapshot.get().json)
  }

  @Test func listingEqualsItself() throws {
    var listings: [[String]] = [[], []]
    for number in 0..<2 {
      let holes = try AccessListing(LiveMachine.open()).forEachLine { listings[number].append($0) }
      #expect(holes.isEmpty)
    }
    #expect(listings[0] == listings[1])
    #expect(listings[0].count > 10_000)
    #expect(Set(listings[0]).count == listings[0].count)
  }

  /// A file of a snapshot of the running kernel reads back as the same.
  @Test func readsBack() throws {
    let snapshot = try LiveMachine.snapshot.get()
    #expect(try Snapshot(json: Data(snapshot.json.utf8), file: "snapshot") == snapshot)
  }

  // Written by hand from net/core/filter.c and include/uapi/linux/bpf.h.

  @Test(arguments: [
    ("__sk_buff", "len", "SCHED_CLS", "skb->len", "SCALAR_VALUE"),
    ("__sk_buff", "mark", "SCHED_CLS", "skb->mark", "SCALAR_VALUE"),
    ("__sk_buff", "data", "SCHED_CLS", "skb->data", "PTR_TO_PACKET"),
    ("xdp_md", "data", "XDP", "xdp->data", "PTR_TO_PACKET"),
    ("xdp_md", "data_end", "XDP", "xdp->data_end", "PTR_TO_PACKET_END"),
    ("xdp_md", "data_meta", "XDP", "xdp->data_meta", "PTR_TO_PACKET_META"),
    ("__sk_buff", "sk", "SCHED_CLS", "skb->sk", "PTR_TO_SOCK_COMMON_OR_NULL"),
    ("bpf_sock_addr", "sk", "CGROUP_SOCK_ADDR/INET4_BIND", "ctx->sk", "PTR_TO_SOCKET"),
  ])
  func reads(_ context: String, _ field: String, _ program: String, _ meaning: String, _ type: String) throws {
    let rules = try rules(context, field, .read, program)
    #expect(rules.map(\.meaning.description) == [meaning])
    #expect(rules.map(\.registerType) == [type])
  }

  @Test func stores() throws {
    let rules = try rules("__sk_buff", "mark", .write, "SCHED_CLS")
    #expect(rules.map(\.meaning.description) == ["skb->mark = value"])
    #expect(try self.rules("__sk_buff", "len", .write, "SCHED_CLS") == [])
    #expect(try self.rules("__sk_buff", "mark", .write, "SOCKET_FILTER") == [])
  }

  /// What one access does to another: after `tstamp_type` has been read, `tstamp` is the member as it is.
  @Test func variants() throws {
    let context = try #require(try LiveMachine.snapshot.get().contexts.first { $0.name == "__sk_buff" })
    let names = try LiveMachine.snapshot.get().programs.map(\.name).filter { $0.contains("+") }
    guard context.layout.members.contains(where: { $0.name == "tstamp_type" }) else {
      #expect(names == [])
      return
    }
    #expect(names.contains("SCHED_CLS+tstamp_type"))
    #expect(
      try rules("__sk_buff", "tstamp", .read, "SCHED_CLS+tstamp_type").map(\.meaning.description)
        == ["skb->tstamp"])
    #expect(
      try rules("__sk_buff", "tstamp", .read, "SCHED_CLS").map(\.meaning.description)
        != ["skb->tstamp"])
  }

  /// That no rule needs privilege must not be said of programs whose privileges are not told.
  @Test func privileges() throws {
    let snapshot = try LiveMachine.snapshot.get()
    let untold = Set(snapshot.coverage.filter { $0.kind == .privilege }.flatMap(\.programs))
    if try RunningKernel().allowsUnprivileged == true {
      #expect(!untold.contains("CGROUP_SKB/INET_INGRESS"))
      #expect(try rules("__sk_buff", "data", .read, "CGROUP_SKB/INET_INGRESS").map(\.needsPrivilege) == [true])
      #expect(try rules("__sk_buff", "len", .read, "CGROUP_SKB/INET_INGRESS").map(\.needsPrivilege) == [false])
    } else {
      #expect(untold == Set(snapshot.programs.map(\.name)))
      #expect(snapshot.contexts.allSatisfy { $0.rules.allSatisfy { !$0.needsPrivilege } })
    }
  }

  @Test func leavesNoDescriptorOpen() throws {
    func open() throws -> Int {
      try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    }
    let loader = SystemCallLoader()
    let before = try open()
    for attachType in UInt32(0)..<64 {
      let draft = ProgramDraft(
        type: 1, attachType: attachType, flags: 0, code: [.init(code: 0xb7), .init(code: 0x95)])
      _ = loader.load(draft)
      _ = loader.log(of: draft, withStates: true)
      _ = loader.refusalWithoutPrivilege(draft)
    }
    // Other tests of this process may open and close files meanwhile.
    #expect(try open() < before + 32)
  }
}
