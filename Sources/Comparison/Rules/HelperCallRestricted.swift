extension Rule {
  /// A helper's calls are subject to more than before.
  public static let helperCallRestricted = Rule(
    id: "helper-call-restricted", severity: .breaking,
    sentence: "A helper's calls are subject to more than before.",
    rationale:
      """
      A helper that does not take packet pointers, may sleep, or makes packet pointers invalid, where it was \
      not so: programs that rely on it are refused.
      """,
    example:
      "bpf_skb_change_tail makes packet pointers invalid.")
}
