extension Rule {
  /// A field can no longer be written.
  public static let writeRevoked = Rule(
    id: "write-revoked", severity: .breaking,
    sentence: "A field can no longer be written.",
    rationale:
      "The verifier refuses programs that write it.",
    example:
      "SCHED_CLS programs may no longer write __sk_buff.queue_mapping.")
}
