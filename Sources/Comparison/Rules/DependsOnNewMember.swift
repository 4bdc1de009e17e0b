extension Rule {
  /// An access does something else only by what a new kernel member is.
  public static let dependsOnNewMember = Rule(
    id: "depends-on-new-member", severity: .review,
    sentence: "An access does something else only by what a new kernel member is.",
    rationale:
      "The old build does not have the member, so no state of the kernel that both can be in tells the two apart. Whether the new member can be other than the old condition implied is a question to whoever added it.",
    example:
      "In 7.1 fields of bpf_sock_ops are read where is_locked_tcp_sock is set, a new flag, instead of is_fullsock.")
}
