extension Rule {
  /// A helper returns something else.
  public static let helperResultChanged = Rule(
    id: "helper-result-changed", severity: .breaking,
    sentence: "A helper returns something else.",
    rationale:
      "Programs that use the result as what it was are refused, or compute with something else.",
    example:
      "bpf_redirect returns nothing (RET_VOID).")
}
