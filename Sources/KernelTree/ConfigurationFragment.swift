/// Options that turn on everything that decides fields of contexts, and keep the build short.
public enum ConfigurationFragment {
  /// What contexts and their fields depend on.
  static let wanted = [
    "NET", "INET", "IPV6", "BPF_SYSCALL", "BPF_JIT", "CGROUPS", "CGROUP_BPF", "NET_SCHED",
    "NET_CLS_ACT", "NET_CLS_BPF", "NET_ACT_BPF", "CGROUP_NET_CLASSID", "NAMESPACES", "NET_NS",
    "NET_RX_BUSY_POLL", "XPS", "NET_SOCK_MSG", "BPF_STREAM_PARSER", "XDP_SOCKETS", "LWTUNNEL",
    "LWTUNNEL_BPF", "IPV6_SEG6_LWTUNNEL", "IPV6_SEG6_BPF", "NETFILTER", "NETFILTER_BPF_LINK",
    "PERF_EVENTS", "KPROBES", "UPROBES", "FTRACE", "BPF_EVENTS", "KPROBE_EVENTS", "UPROBE_EVENTS",
    "SYSCTL", "PROC_FS", "BPF_LSM", "SECURITY", "RC_CORE", "LIRC", "BPF_LIRC_MODE2", "MEDIA_SUPPORT",
    "DEBUG_KERNEL", "DEBUG_INFO_DWARF_TOOLCHAIN_DEFAULT",
  ]
  /// What makes a build longer, and its code harder to run, without a word about contexts.
  static let unwanted = [
    "DEBUG_INFO_NONE", "DEBUG_INFO_REDUCED", "DEBUG_INFO_SPLIT", "DEBUG_INFO_COMPRESSED_ZLIB",
    "DEBUG_INFO_COMPRESSED_ZSTD", "DEBUG_INFO_BTF", "FUNCTION_TRACER", "FUNCTION_GRAPH_TRACER",
    "CPU_MITIGATIONS", "SPECULATION_MITIGATIONS", "UNWINDER_ORC", "STACK_VALIDATION", "MODVERSIONS",
    "WERROR", "GCOV_KERNEL", "KCOV", "KASAN", "KCSAN", "KMSAN", "UBSAN", "X86_KERNEL_IBT", "CFI_CLANG",
    "CFI", "LTO_CLANG_THIN", "LTO_CLANG_FULL", "JUMP_LABEL", "RUST", "SHADOW_CALL_STACK",
    "GCC_PLUGINS", "RANDSTRUCT_FULL", "RANDSTRUCT_PERFORMANCE", "COMPILE_TEST",
  ]

  /// What every audit needs, whatever the configuration: debug information in the objects, in one piece.
  static let debugText =
    "CONFIG_DEBUG_KERNEL=y\nCONFIG_DEBUG_INFO_DWARF_TOOLCHAIN_DEFAULT=y\n"
    + [
      "DEBUG_INFO_NONE", "DEBUG_INFO_REDUCED", "DEBUG_INFO_SPLIT", "DEBUG_INFO_BTF", "LTO_CLANG_THIN", "LTO_CLANG_FULL",
    ]
    .map { "# CONFIG_\($0) is not set\n" }.joined() + "CONFIG_LTO_NONE=y\n"

  /// The fragment as Kconfig reads it.
  public static var text: String {
    "# Turns on what decides the fields of BPF contexts.\n"
      + wanted.map { "CONFIG_\($0)=y\n" }.joined()
      + "CONFIG_UNWINDER_FRAME_POINTER=y\nCONFIG_LTO_NONE=y\nCONFIG_RANDSTRUCT_NONE=y\n"
      + "# Keeps the build short.\n" + unwanted.map { "# CONFIG_\($0) is not set\n" }.joined()
  }
}
