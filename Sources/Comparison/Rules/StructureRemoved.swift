extension Rule {
  /// A context structure is gone.
  public static let structureRemoved = Rule(
    id: "structure-removed", severity: .breaking,
    sentence: "A context structure is gone.",
    rationale:
      "Programs of the types that saw it can't be loaded any more, or see another structure at the same place.",
    example:
      "The kernel no longer has struct bpf_sysctl: programs of type CGROUP_SYSCTL have no context.")
}
