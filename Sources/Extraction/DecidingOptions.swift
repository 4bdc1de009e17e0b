import ContextABI
import KernelImage

extension KernelConfiguration {
  /// The options that decide what fields of contexts exist, or what they mean: those that net/core/filter.c,
  /// kernel/bpf/cgroup.c and the structures that they use look at.
  public static let decidingOptions = [
    "CONFIG_BPF_SYSCALL", "CONFIG_CGROUP_BPF", "CONFIG_NET", "CONFIG_INET", "CONFIG_IPV6",
    "CONFIG_NET_CLS_ACT", "CONFIG_NET_SCHED", "CONFIG_NET_XGRESS", "CONFIG_NET_NS",
    "CONFIG_NET_RX_BUSY_POLL", "CONFIG_NET_SOCK_MSG", "CONFIG_BPF_STREAM_PARSER", "CONFIG_XPS",
    "CONFIG_SOCK_RX_QUEUE_MAPPING", "CONFIG_CGROUP_NET_CLASSID", "CONFIG_NETFILTER",
    "CONFIG_NETFILTER_BPF_LINK", "CONFIG_XDP_SOCKETS", "CONFIG_LWTUNNEL_BPF",
    "CONFIG_IPV6_SEG6_BPF", "CONFIG_BPF_EVENTS", "CONFIG_PERF_EVENTS", "CONFIG_BPF_LIRC_MODE2",
    "CONFIG_BPF_LSM", "CONFIG_BPF_JIT", "CONFIG_NR_CPUS", "CONFIG_PAGE_SHIFT", "CONFIG_SYSCTL",
    "CONFIG_CGROUPS", "CONFIG_XFRM", "CONFIG_SMC", "CONFIG_MPTCP",
  ]

  /// What a snapshot keeps of the configuration.
  public var record: ConfigurationRecord {
    ConfigurationRecord(
      digest: digest,
      options: Dictionary(
        Self.decidingOptions.map { ($0, self[$0]) }, uniquingKeysWith: { first, _ in first }))
  }
}
