extension Rule {
  /// An access no longer marks the program.
  public static let markLost = Rule(
    id: "mark-lost", severity: .breaking,
    sentence: "An access no longer marks the program.",
    rationale:
      "The kernel does something for programs with the mark that it no longer does for these.",
    example:
      """
      Accesses to __sk_buff.cb no longer set cb_access: sockets' packets reach the program with the control \
      block of the protocol, and leave with what it stored there.
      """)
}
