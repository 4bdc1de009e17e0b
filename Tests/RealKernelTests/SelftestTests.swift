import ContextABI
import TestSupport
import Testing

/// What the kernel's own test of conversions expects (tools/testing/selftests/bpf/prog_tests/ctx_rewrite.c of 6.12, 20
/// cases), said as meanings.
@Suite struct SelftestTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let program: String
    let context: String
    let field: String
    let read: String?
    let write: String?
    /// What the store of an immediate does, where it is no store of a register.
    var immediate: (value: Int32, meaning: String)?

    var testDescription: String { "\(program) \(context).\(field)" }

    init(
      _ program: String, _ context: String, _ field: String, read: String?, write: String?,
      immediate: (value: Int32, meaning: String)? = nil
    ) {
      self.program = program
      self.context = context
      self.field = field
      self.read = read
      self.write = write
      self.immediate = immediate
    }

    /// A member that is read and stored as it is.
    static func member(
      _ program: String, _ context: String, _ field: String, _ member: String, stored: Bool = true
    ) -> Case {
      Case(program, context, field, read: member, write: stored ? "\(member) = value" : nil)
    }
  }

  static let cases = [
    Case(
      "SCHED_CLS", "__sk_buff", "tstamp",
      read: "skb->tc_at_ingress && skb->tstamp_type ? 0 : skb->tstamp",
      write: "if (skb->tc_at_ingress) { skb->tstamp = value; skb->tstamp_type = 0 } else skb->tstamp = value"),
    .member("SCHED_CLS", "__sk_buff", "priority", "skb->priority"),
    .member("SCHED_CLS", "__sk_buff", "mark", "skb->mark"),
    .member("SCHED_CLS", "__sk_buff", "cb[0]", "*(u32 *)&qdisc_skb_cb(skb->cb)->data[0]"),
    .member("SCHED_CLS", "__sk_buff", "tc_classid", "qdisc_skb_cb(skb->cb)->tc_classid"),
    .member("SCHED_CLS", "__sk_buff", "tc_index", "skb->tc_index"),
    Case(
      "SCHED_CLS", "__sk_buff", "queue_mapping", read: "skb->queue_mapping",
      write: "if (value < 65535) skb->queue_mapping = value",
      immediate: (0x11, "skb->queue_mapping = 17")),
    Case(
      "SCHED_CLS", "__sk_buff", "queue_mapping", read: nil, write: nil,
      immediate: (0xffff, "nothing")),
    .member(
      "CGROUP_SOCK/INET_SOCK_CREATE", "bpf_sock", "bound_dev_if", "sk->__sk_common.skc_bound_dev_if"),
    .member("CGROUP_SOCK/INET_SOCK_CREATE", "bpf_sock", "mark", "sk->sk_mark"),
    .member("CGROUP_SOCK/INET_SOCK_CREATE", "bpf_sock", "priority", "sk->sk_priority"),
    // replylong shares its place with args, which is declared first.
    .member("SOCK_OPS", "bpf_sock_ops", "replylong[0]", "ctx->args[0]"),
    Case(
      "CGROUP_SYSCTL", "bpf_sysctl", "file_pos", read: "(u32)*ctx->ppos",
      write: "bits(*ctx->ppos, 0, 32) = value"),
    .member("CGROUP_SOCKOPT/GETSOCKOPT", "bpf_sockopt", "sk", "ctx->sk", stored: false),
    .member("CGROUP_SOCKOPT/SETSOCKOPT", "bpf_sockopt", "level", "ctx->level"),
    .member("CGROUP_SOCKOPT/SETSOCKOPT", "bpf_sockopt", "optname", "ctx->optname"),
    .member("CGROUP_SOCKOPT/SETSOCKOPT", "bpf_sockopt", "optlen", "ctx->optlen"),
    .member(
      "CGROUP_SOCKOPT/GETSOCKOPT", "bpf_sockopt", "retval",
      "bpf_cg_run_ctx(ctx->current_task->bpf_ctx)->retval"),
    .member("CGROUP_SOCKOPT/GETSOCKOPT", "bpf_sockopt", "optval", "ctx->optval", stored: false),
    .member("CGROUP_SOCKOPT/GETSOCKOPT", "bpf_sockopt", "optval_end", "ctx->optval_end", stored: false),
  ]

  /// The place of a field: by its name, or by that of the array that it is an element of.
  private func place(_ context: Context, _ field: String) throws -> (offset: Int, size: Int) {
    let name = field.prefix { $0 != "[" }
    let member = try #require(context.layout.members.first { $0.name == name })
    let isElement = name.count < field.count
    // The elements of these arrays are __u32s, and only the first ones are asked for.
    return (member.bitOffset / 8, isElement ? 4 : member.bitSize / 8)
  }

  @Test(arguments: TestKernel.all.filter { $0.release.hasPrefix("6.12.") })
  func expectedPatterns(_ kernel: TestKernel) throws {
    #expect(Self.cases.count == 20)
    let snapshot = try TestBuild.snapshot(kernel.path)
    for item in Self.cases {
      let context = snapshot.context(item.context)
      let (offset, size) = try place(context, item.field)
      func meanings(_ kind: AccessKind) -> [AccessRule] {
        context.rules.filter {
          $0.offset == offset && $0.size == size && $0.kinds.contains(kind)
            && $0.programs.contains(item.program)
        }
      }
      if let read = item.read {
        #expect(meanings(.read).map(\.meaning.description) == [read], "\(item.testDescription)")
      }
      if let write = item.write {
        #expect(meanings(.write).map(\.meaning.description) == [write], "\(item.testDescription)")
        if item.immediate == nil {
          #expect(meanings(.writeImmediate).map(\.meaning.description) == [write], "\(item.testDescription)")
        }
      }
      if let immediate = item.immediate {
        let stores = meanings(.writeImmediate).flatMap(\.immediates)
        #expect(
          stores.filter { $0.immediate == immediate.value }.map(\.meaning.description)
            == [immediate.meaning], "\(item.testDescription)")
      }
    }
  }
}
