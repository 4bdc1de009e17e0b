extension Rule {
  /// A helper takes another number of arguments.
  public static let helperArgumentCount = Rule(
    id: "helper-argument-count", severity: .breaking,
    sentence: "A helper takes another number of arguments.",
    rationale:
      """
      Of an argument more, existing programs pass what happens to be in the register, which the verifier \
      refuses or the helper misreads; of one fewer, what they pass is ignored.
      """,
    example:
      "bpf_redirect takes three arguments instead of two.")
}
