extension Rule {
  /// Programs of a type can no longer be run for a test.
  public static let testRunRemoved = Rule(
    id: "test-run-removed", severity: .breaking,
    sentence: "Programs of a type can no longer be run for a test.",
    rationale:
      "BPF_PROG_TEST_RUN fails: tests, and XDP programs that send packets by it.",
    example:
      "SK_LOOKUP has no test_run any more.")
}
