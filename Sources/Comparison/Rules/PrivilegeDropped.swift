extension Rule {
  /// An access no longer needs a capability.
  public static let privilegeDropped = Rule(
    id: "privilege-dropped", severity: .addition,
    sentence: "An access no longer needs a capability.",
    rationale:
      "No existing program breaks.",
    example:
      "Reading __sk_buff.tstamp no longer needs CAP_BPF in CGROUP_SKB programs.")
}
