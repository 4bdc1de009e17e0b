extension Rule {
  /// An access needs another capability.
  public static let accessCapabilityChanged = Rule(
    id: "access-capability-changed", severity: .breaking,
    sentence: "An access needs another capability.",
    rationale:
      "Programs that were loaded with the old one alone are refused.",
    example:
      "Writing __sk_buff.tstamp needs CAP_PERFMON instead of CAP_BPF.")
}
