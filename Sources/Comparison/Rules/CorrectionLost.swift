extension Rule {
  /// The old build has a correction that the new one lacks.
  public static let correctionLost = Rule(
    id: "correction-lost", severity: .review,
    sentence: "The old build has a correction that the new one lacks.",
    rationale:
      "The old build is a stable update of an older line, or the newer of the two: what is wrong in the new build was wrong there before. It is no break of the new build, but a program that relies on the correction meets the old fault again.",
    example:
      "6.12.117 guards bpf_sock_ops.rtt_min, 6.16.12 does not yet.")
}
