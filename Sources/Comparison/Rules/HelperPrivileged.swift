extension Rule {
  /// A helper now needs a capability, or a kernel that is not locked down.
  public static let helperPrivileged = Rule(
    id: "helper-privileged", severity: .breaking,
    sentence: "A helper now needs a capability, or a kernel that is not locked down.",
    rationale:
      "Programs that were loaded without it are refused.",
    example:
      "bpf_skb_store_bytes now needs CAP_NET_ADMIN.")
}
