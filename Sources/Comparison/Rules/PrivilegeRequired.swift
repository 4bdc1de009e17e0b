extension Rule {
  /// An access now needs a capability.
  public static let privilegeRequired = Rule(
    id: "privilege-required", severity: .breaking,
    sentence: "An access now needs a capability.",
    rationale:
      "Programs that were loaded without it are refused.",
    example:
      "Reading __sk_buff.data now needs CAP_BPF in SOCKET_FILTER programs.")
}
