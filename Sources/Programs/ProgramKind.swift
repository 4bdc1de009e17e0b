import LiveKernel

/// A program type, and the attach type that a program expects.
public struct ProgramKind: Hashable, Sendable, CustomStringConvertible {
  /// The enumerator of `enum bpf_prog_type` without `BPF_PROG_TYPE_`.
  public let type: String
  /// The enumerator of `enum bpf_attach_type` without `BPF_`; nil where none is expected.
  public let attachType: String?

  public init(type: String, attachType: String?) {
    self.type = type
    self.attachType = attachType
  }

  /// What the section's name stands for; nil where it stands for nothing that is known.
  public init?(section: String) {
    guard let meaning = SectionNames.meaning(of: section), Self.table.indices.contains(Int(meaning.type)) else {
      return nil
    }
    self.init(type: Self.table[Int(meaning.type)].type, attachType: meaning.attachType)
  }

  /// What a user calls it: `sched_cls`, `cgroup_sock_addr/cgroup_inet4_bind`, in any case.
  public init?(name: String) {
    let parts = name.uppercased().split(separator: "/", maxSplits: 1).map(String.init)
    guard let type = parts.first, Self.table.contains(where: { $0.type == type }) else { return nil }
    self.init(type: type, attachType: parts.count > 1 ? parts[1] : nil)
  }

  /// The structure that programs of the type receive; nil where that depends on what they are attached to.
  public var context: String? { Self.table.first { $0.type == type }?.context }

  /// `CGROUP_SOCK_ADDR/CGROUP_INET4_BIND`
  public var description: String { attachType.map { "\(type)/\($0)" } ?? type }

  /// The structures whose accesses the verifier converts, and whose layout is therefore what a program relies on.
  static let structures: Set<String> = Set(table.compactMap(\.context))
    .union(["bpf_sock", "bpf_tcp_sock", "bpf_xdp_sock", "user_pt_regs"]).subtracting(["__u64", "__u32", "void *"])

  /// The program types in the order of their numbers (include/uapi/linux/bpf.h), with their contexts
  /// (include/linux/bpf_types.h).
  private static let table: [(type: String, context: String?)] = [
    ("UNSPEC", nil), ("SOCKET_FILTER", "__sk_buff"), ("KPROBE", "pt_regs"), ("SCHED_CLS", "__sk_buff"),
    ("SCHED_ACT", "__sk_buff"), ("TRACEPOINT", "__u64"), ("XDP", "xdp_md"), ("PERF_EVENT", "bpf_perf_event_data"),
    ("CGROUP_SKB", "__sk_buff"), ("CGROUP_SOCK", "bpf_sock"), ("LWT_IN", "__sk_buff"), ("LWT_OUT", "__sk_buff"),
    ("LWT_XMIT", "__sk_buff"), ("SOCK_OPS", "bpf_sock_ops"), ("SK_SKB", "__sk_buff"),
    ("CGROUP_DEVICE", "bpf_cgroup_dev_ctx"), ("SK_MSG", "sk_msg_md"), ("RAW_TRACEPOINT", "bpf_raw_tracepoint_args"),
    ("CGROUP_SOCK_ADDR", "bpf_sock_addr"), ("LWT_SEG6LOCAL", "__sk_buff"), ("LIRC_MODE2", "__u32"),
    ("SK_REUSEPORT", "sk_reuseport_md"), ("FLOW_DISSECTOR", "__sk_buff"), ("CGROUP_SYSCTL", "bpf_sysctl"),
    ("RAW_TRACEPOINT_WRITABLE", "bpf_raw_tracepoint_args"), ("CGROUP_SOCKOPT", "bpf_sockopt"), ("TRACING", nil),
    ("STRUCT_OPS", nil), ("EXT", nil), ("LSM", nil), ("SK_LOOKUP", "bpf_sk_lookup"), ("SYSCALL", "void *"),
    ("NETFILTER", "bpf_nf_ctx"),
  ]
}
