import CLibbpf

/// The program type that a section's name stands for, as libbpf reads it.
public enum SectionNames {
  /// A program type and its expected attach type.
  public struct Meaning: Hashable, Sendable {
    /// The number of `enum bpf_prog_type`.
    public let type: UInt32
    /// The enumerator of `enum bpf_attach_type` without `BPF_`; nil where none is expected.
    public let attachType: String?
  }

  /// What `libbpf_prog_type_by_name` says of `section`, a leading `?` left out (`SEC("?tc")`: not loaded by default).
  public static func meaning(of section: String) -> Meaning? {
    let name = section.hasPrefix("?") ? String(section.dropFirst()) : section
    if let newer = newer(name) { return newer }
    silence()
    var type = BPF_PROG_TYPE_UNSPEC
    var attachType = BPF_CGROUP_INET_INGRESS
    guard libbpf_prog_type_by_name(name, &type, &attachType) == 0 else { return nil }
    return Meaning(type: type.rawValue, attachType: attachName(attachType, of: type))
  }

  /// libbpf writes a list of all names it knows to the standard error where it does not know one.
  private static func silence() { _ = isSilent }
  private static let isSilent: Bool = {
    _ = libbpf_set_print(nil)
    return true
  }()

  /// The enumerator's name. Number 0 is an attach type of CGROUP_SKB, and stands for none with all others.
  private static func attachName(_ attachType: bpf_attach_type, of type: bpf_prog_type) -> String? {
    guard attachType.rawValue != 0 || type == BPF_PROG_TYPE_CGROUP_SKB,
      let text = libbpf_bpf_attach_type_str(attachType)
    else { return nil }
    return String(cString: text).uppercased()
  }

  /// Names that a libbpf older than 1.5 does not know, from `section_defs` (tools/lib/bpf/libbpf.c): whether a slash and
  /// anything may follow, the type's number and the attach type.
  private static let newerNames: [(name: String, isPrefix: Bool, type: UInt32, attachType: String)] =
    [
      ("tc/ingress", false, 3, "TCX_INGRESS"), ("tc/egress", false, 3, "TCX_EGRESS"),
      ("tcx/ingress", false, 3, "TCX_INGRESS"), ("tcx/egress", false, 3, "TCX_EGRESS"),
      ("netkit/primary", false, 3, "NETKIT_PRIMARY"), ("netkit/peer", false, 3, "NETKIT_PEER"),
      ("sk_skb/verdict", false, 14, "SK_SKB_VERDICT"), ("netfilter", false, 32, "NETFILTER"),
      ("kprobe.session", true, 2, "TRACE_KPROBE_SESSION"), ("uprobe.session", true, 2, "TRACE_UPROBE_SESSION"),
      ("uprobe.session.s", true, 2, "TRACE_UPROBE_SESSION"), ("uprobe.multi", true, 2, "TRACE_UPROBE_MULTI"),
      ("uretprobe.multi", true, 2, "TRACE_UPROBE_MULTI"), ("uprobe.multi.s", true, 2, "TRACE_UPROBE_MULTI"),
      ("uretprobe.multi.s", true, 2, "TRACE_UPROBE_MULTI"),
      ("cgroup/connect_unix", false, 18, "CGROUP_UNIX_CONNECT"),
      ("cgroup/sendmsg_unix", false, 18, "CGROUP_UNIX_SENDMSG"),
      ("cgroup/recvmsg_unix", false, 18, "CGROUP_UNIX_RECVMSG"),
      ("cgroup/getpeername_unix", false, 18, "CGROUP_UNIX_GETPEERNAME"),
      ("cgroup/getsockname_unix", false, 18, "CGROUP_UNIX_GETSOCKNAME"),
    ]

  private static func newer(_ name: String) -> Meaning? {
    if name == "struct_ops.s" || name.hasPrefix("struct_ops.s/") { return Meaning(type: 27, attachType: nil) }
    let found = newerNames.first { name == $0.name || ($0.isPrefix && name.hasPrefix($0.name + "/")) }
    return found.map { Meaning(type: $0.type, attachType: $0.attachType) }
  }
}
