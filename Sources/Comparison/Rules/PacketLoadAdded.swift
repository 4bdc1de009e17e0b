extension Rule {
  /// Programs can load from the packet by an instruction of its own.
  public static let packetLoadAdded = Rule(
    id: "packet-load-added", severity: .addition,
    sentence: "Programs can load from the packet by an instruction of its own.",
    rationale:
      "No existing program does.",
    example:
      "CGROUP_SKB gets a gen_ld_abs.")
}
