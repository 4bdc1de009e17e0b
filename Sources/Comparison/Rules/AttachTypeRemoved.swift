extension Rule {
  /// An attach type is gone.
  public static let attachTypeRemoved = Rule(
    id: "attach-type-removed", severity: .breaking,
    sentence: "An attach type is gone.",
    rationale:
      "Programs with this expected attach type can't be loaded.",
    example:
      "CGROUP_SOCK_ADDR programs can no longer be attached to UNIX_CONNECT.")
}
