extension Rule {
  /// An access is accepted and then refused because its conversion is empty or malformed.
  public static let convertsToNothing = Rule(
    id: "converts-to-nothing", severity: .review,
    sentence: "An access is accepted and then refused because its conversion is empty or malformed.",
    rationale:
      "The program is refused with \"verifier bug\" (formerly \"bpf verifier is misconfigured\"), which no author can understand.",
    example:
      "A 4-byte read of bpf_tcp_sock at 84.")
}
