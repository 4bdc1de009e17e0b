extension Rule {
  /// There is a new attach type.
  public static let attachTypeAdded = Rule(
    id: "attach-type-added", severity: .addition,
    sentence: "There is a new attach type.",
    rationale:
      "No existing program expects it.",
    example:
      "CGROUP_SOCK_ADDR programs can be attached to UNIX_CONNECT from 6.7 on.")
}
