extension Rule {
  /// A read gives another type of register.
  public static let registerTypeChanged = Rule(
    id: "register-type-changed", severity: .breaking,
    sentence: "A read gives another type of register.",
    rationale:
      "What a program may do with the value has changed: dereference it, compare it with the end of the packet, or only calculate.",
    example:
      "bpf_sock_addr.sk gives a number instead of PTR_TO_SOCKET.")
}
