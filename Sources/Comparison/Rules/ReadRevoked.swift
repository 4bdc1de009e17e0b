extension Rule {
  /// A field can no longer be read.
  public static let readRevoked = Rule(
    id: "read-revoked", severity: .breaking,
    sentence: "A field can no longer be read.",
    rationale:
      "The verifier refuses programs that read it.",
    example:
      "CGROUP_SKB programs may no longer read __sk_buff.tstamp.")
}
