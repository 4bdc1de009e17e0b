extension Rule {
  /// Programs of a type can be run for a test.
  public static let testRunAdded = Rule(
    id: "test-run-added", severity: .addition,
    sentence: "Programs of a type can be run for a test.",
    rationale:
      "No existing program breaks.",
    example:
      "NETFILTER programs can be run by BPF_PROG_TEST_RUN.")
}
