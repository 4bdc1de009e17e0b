extension Rule {
  /// What a helper is given for has changed.
  public static let helperTermsChanged = Rule(
    id: "helper-terms-changed", severity: .review,
    sentence: "What a helper is given for has changed.",
    rationale:
      """
      What the program is attached to decides now, or no longer, or the helper marks the program in another \
      way: that hangs on more than the program type.
      """,
    example:
      "bpf_get_func_ip is given to all TRACING programs or to none, by what they are attached to.")
}
