import Programs
import Testing

/// What sections stand for: `section_defs` of tools/lib/bpf/libbpf.c in Linux 6.12.
@Suite struct SectionTests {
  @Test(
    arguments: [
      ("socket", "SOCKET_FILTER"), ("tc", "SCHED_CLS"), ("?tc", "SCHED_CLS"), ("classifier", "SCHED_CLS"),
      ("tcx/ingress", "SCHED_CLS/TCX_INGRESS"), ("netkit/peer", "SCHED_CLS/NETKIT_PEER"), ("action", "SCHED_ACT"),
      ("xdp", "XDP/XDP"), ("xdp/devmap", "XDP/XDP_DEVMAP"), ("xdp.frags", "XDP/XDP"),
      ("kprobe/do_exit", "KPROBE"), ("kretprobe.multi/x*", "KPROBE/TRACE_KPROBE_MULTI"),
      ("uprobe.session/x:y", "KPROBE/TRACE_UPROBE_SESSION"), ("tp/syscalls/sys_enter_open", "TRACEPOINT"),
      ("raw_tp/x", "RAW_TRACEPOINT"), ("tp_btf/x", "TRACING/TRACE_RAW_TP"), ("fentry.s/x", "TRACING/TRACE_FENTRY"),
      ("cgroup/connect4", "CGROUP_SOCK_ADDR/CGROUP_INET4_CONNECT"),
      ("cgroup/sendmsg_unix", "CGROUP_SOCK_ADDR/CGROUP_UNIX_SENDMSG"), ("sockops", "SOCK_OPS/CGROUP_SOCK_OPS"),
      ("cgroup_skb/ingress", "CGROUP_SKB/CGROUP_INET_INGRESS"), ("sk_skb/verdict", "SK_SKB/SK_SKB_VERDICT"),
      ("sk_reuseport/migrate", "SK_REUSEPORT/SK_REUSEPORT_SELECT_OR_MIGRATE"), ("netfilter", "NETFILTER/NETFILTER"),
      ("struct_ops.s/x", "STRUCT_OPS"), ("syscall", "SYSCALL"),
    ])
  func section(_ name: String, _ kind: String) {
    #expect(ProgramKind(section: name)?.description == kind)
  }

  @Test(arguments: ["mine", ".text", "", "tcx", "classifier/x", "uprobe.sessionx"])
  func nothing(_ name: String) { #expect(ProgramKind(section: name) == nil) }
}
