/// A program type with one of its expected attach types, as far as it can change an answer of the type's callbacks.
///
/// This is the only table of program and attach types in ctxabi. Names and numbers are those of `enum bpf_prog_type` and
/// `enum bpf_attach_type` (include/uapi/linux/bpf.h), which never change; whether a build knows one of them is read from
/// the build.
struct ProgramConfiguration: Sendable {
  /// The enumerator without `BPF_PROG_TYPE_`.
  let programType: String
  /// The number of the expected attach type, and its enumerator without `BPF_`; nil for a program without one.
  let attachType: Int
  let attachName: String?
  /// The name of the configuration: the program type, and what tells it from the type's others.
  let name: String
  /// Whether an unknown attach type keeps the program from being loaded (`bpf_prog_load_check_attach`,
  /// kernel/bpf/syscall.c). Where it does not, the configuration exists on every kernel that knows the program type.
  let isCheckedAtLoad: Bool
  /// How far a listing of accesses goes: byte offsets from 0 up to, and without, this one.
  let listedOffsets: Int
  /// Which choices of registers a listing shows, and which ones of a program that accessed another field before
  /// (`SCHED_CLS+tstamp_type`).
  let listedRegisters: ListedRegisters
  let listedRegistersAfter: ListedRegisters

  enum ListedRegisters { case none, different, all }

  static func named(
    _ programType: String, _ number: Int, _ attachName: String?, _ suffix: String? = nil,
    offsets: Int, registers: ListedRegisters = .all, after: ListedRegisters = .none,
    checked: Bool = false
  ) -> ProgramConfiguration {
    ProgramConfiguration(
      programType: programType, attachType: number, attachName: attachName,
      name: suffix.map { "\(programType)/\($0)" } ?? programType, isCheckedAtLoad: checked,
      listedOffsets: offsets, listedRegisters: registers, listedRegistersAfter: after)
  }
}

extension ProgramConfiguration {
  /// Program types whose programs stand for functions, or are called as such: they can't be loaded without the BTF id of
  /// what they are attached to (`bpf_prog_load_check_attach`, kernel/bpf/syscall.c), which decides what their context is.
  static let attachedToFunctions: Set<String> = ["TRACING", "LSM", "STRUCT_OPS", "EXT"]

  /// Every program type that has a context structure, with the attach types that its callbacks look at.
  static let all: [ProgramConfiguration] =
    packet + devicePacket + socket + socketAddress + others + tracing

  private static let packet: [ProgramConfiguration] = [
    .named("SOCKET_FILTER", 0, nil, offsets: 256),
    .named("SCHED_CLS", 0, nil, offsets: 256, after: .all),
    .named("SCHED_CLS", 46, "TCX_INGRESS", "TCX_INGRESS", offsets: 256, registers: .different),
    .named("SCHED_CLS", 47, "TCX_EGRESS", "TCX_EGRESS", offsets: 256, registers: .different),
    .named("SCHED_CLS", 54, "NETKIT_PRIMARY", "NETKIT_PRIMARY", offsets: 256, registers: .different),
    .named("SCHED_CLS", 55, "NETKIT_PEER", "NETKIT_PEER", offsets: 256, registers: .different),
    .named("SCHED_ACT", 0, nil, offsets: 256, after: .different),
    .named("CGROUP_SKB", 1, "CGROUP_INET_EGRESS", "INET_EGRESS", offsets: 256, checked: true),
    .named(
      "CGROUP_SKB", 0, "CGROUP_INET_INGRESS", "INET_INGRESS", offsets: 256, registers: .different,
      checked: true),
    .named("LWT_IN", 0, nil, offsets: 256),
    .named("LWT_OUT", 0, nil, offsets: 256),
    .named("LWT_XMIT", 0, nil, offsets: 256),
    .named("LWT_SEG6LOCAL", 0, nil, offsets: 256),
    .named("SK_SKB", 4, "SK_SKB_STREAM_PARSER", "STREAM_PARSER", offsets: 256),
    .named("SK_SKB", 5, "SK_SKB_STREAM_VERDICT", "STREAM_VERDICT", offsets: 256, registers: .different),
    .named("SK_SKB", 38, "SK_SKB_VERDICT", "VERDICT", offsets: 256, registers: .different),
    .named("FLOW_DISSECTOR", 17, "FLOW_DISSECTOR", offsets: 256),
  ]

  private static let devicePacket: [ProgramConfiguration] = [
    .named("XDP", 0, nil, offsets: 64),
    .named("XDP", 33, "XDP_DEVMAP", "DEVMAP", offsets: 64),
    .named("XDP", 35, "XDP_CPUMAP", "CPUMAP", offsets: 64),
    .named("XDP", 37, "XDP", "XDP", offsets: 64),
  ]

  private static let socket: [ProgramConfiguration] = [
    .named(
      "CGROUP_SOCK", 2, "CGROUP_INET_SOCK_CREATE", "INET_SOCK_CREATE", offsets: 128, checked: true),
    .named(
      "CGROUP_SOCK", 34, "CGROUP_INET_SOCK_RELEASE", "INET_SOCK_RELEASE", offsets: 128,
      checked: true),
    .named(
      "CGROUP_SOCK", 12, "CGROUP_INET4_POST_BIND", "INET4_POST_BIND", offsets: 128, checked: true),
    .named(
      "CGROUP_SOCK", 13, "CGROUP_INET6_POST_BIND", "INET6_POST_BIND", offsets: 128, checked: true),
  ]

  private static let socketAddress: [ProgramConfiguration] = [
    (8, "INET4_BIND"), (9, "INET6_BIND"), (10, "INET4_CONNECT"), (11, "INET6_CONNECT"),
    (14, "UDP4_SENDMSG"), (15, "UDP6_SENDMSG"), (19, "UDP4_RECVMSG"), (20, "UDP6_RECVMSG"),
    (29, "INET4_GETPEERNAME"), (30, "INET6_GETPEERNAME"), (31, "INET4_GETSOCKNAME"),
    (32, "INET6_GETSOCKNAME"), (49, "UNIX_CONNECT"), (50, "UNIX_SENDMSG"), (51, "UNIX_RECVMSG"),
    (52, "UNIX_GETPEERNAME"), (53, "UNIX_GETSOCKNAME"),
  ].map { (number: Int, name: String) in
    .named("CGROUP_SOCK_ADDR", number, "CGROUP_\(name)", name, offsets: 128, checked: true)
  }

  private static let others: [ProgramConfiguration] = [
    .named("SOCK_OPS", 3, "CGROUP_SOCK_OPS", offsets: 288),
    .named("SK_MSG", 7, "SK_MSG_VERDICT", offsets: 128),
    .named("SK_REUSEPORT", 39, "SK_REUSEPORT_SELECT", "SELECT", offsets: 128, checked: true),
    .named(
      "SK_REUSEPORT", 40, "SK_REUSEPORT_SELECT_OR_MIGRATE", "SELECT_OR_MIGRATE", offsets: 128,
      checked: true),
    .named("SK_REUSEPORT", 0, nil, offsets: 128, registers: .different),
    .named("SK_LOOKUP", 36, "SK_LOOKUP", offsets: 128, checked: true),
    .named("CGROUP_SYSCTL", 18, "CGROUP_SYSCTL", offsets: 64),
    .named("CGROUP_SOCKOPT", 21, "CGROUP_GETSOCKOPT", "GETSOCKOPT", offsets: 96, checked: true),
    .named("CGROUP_SOCKOPT", 22, "CGROUP_SETSOCKOPT", "SETSOCKOPT", offsets: 96, checked: true),
    .named("CGROUP_DEVICE", 6, "CGROUP_DEVICE", offsets: 32),
    .named("NETFILTER", 45, "NETFILTER", offsets: 32, checked: true),
  ]

  private static let tracing: [ProgramConfiguration] = [
    .named("PERF_EVENT", 0, nil, offsets: 512),
    .named("KPROBE", 0, nil, offsets: 400, registers: .different),
    .named("KPROBE", 42, "TRACE_KPROBE_MULTI", "KPROBE_MULTI", offsets: 400, registers: .different),
    .named("KPROBE", 56, "TRACE_KPROBE_SESSION", "KPROBE_SESSION", offsets: 400, registers: .different),
    .named("KPROBE", 48, "TRACE_UPROBE_MULTI", "UPROBE_MULTI", offsets: 400, registers: .different),
    // Not listed: nobody compares it with a verifier yet.
    .named("KPROBE", 57, "TRACE_UPROBE_SESSION", "UPROBE_SESSION", offsets: 0, registers: .different),
    .named("TRACEPOINT", 0, nil, offsets: 64, registers: .different),
    .named("RAW_TRACEPOINT", 0, nil, offsets: 128, registers: .different),
    .named("RAW_TRACEPOINT_WRITABLE", 0, nil, offsets: 128, registers: .different),
    .named("LIRC_MODE2", 16, "LIRC_MODE2", offsets: 16, registers: .different),
    .named("SYSCALL", 0, nil, offsets: 64, registers: .different),
  ]
}

extension ProgramConfiguration {
  /// Attach types that need no configuration: they change no answer of the callbacks (tracing, LSM, maps' programs, what a
  /// type has only one of). One that is neither here nor in the table is new, and is asked about: see
  /// `AttachTypeDiscovery`.
  static let indifferentAttachTypes: Set<String> = [
    "TRACE_RAW_TP", "TRACE_FENTRY", "TRACE_FEXIT", "MODIFY_RETURN", "LSM_MAC", "TRACE_ITER",
    "LSM_CGROUP", "STRUCT_OPS", "TRACE_FSESSION", "TRACE_FENTRY_MULTI", "TRACE_FEXIT_MULTI",
    "TRACE_FSESSION_MULTI",
  ]

  /// Whether this version of ctxabi knows an attach type, by its enumerator without `BPF_`.
  static func knows(_ attachType: String) -> Bool {
    indifferentAttachTypes.contains(attachType) || all.contains { $0.attachName == attachType }
  }
}
