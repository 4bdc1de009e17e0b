extension Rule {
  /// An access that was accepted and then refused is refused at once.
  public static let refusedAtOnce = Rule(
    id: "refused-at-once", severity: .correction,
    sentence: "An access that was accepted and then refused is refused at once.",
    rationale:
      "No program with it could be loaded before, and none can now; the message of the verifier says why.",
    example:
      "A 4-byte read of the pointer __sk_buff.sk: \"bpf verifier is misconfigured\" before, \"invalid bpf_context access\" now.")
}
