extension Rule {
  /// A read can give a value wider than the read.
  public static let valueExceedsRead = Rule(
    id: "value-exceeds-read", severity: .review,
    sentence: "A read can give a value wider than the read.",
    rationale:
      "The verifier believes that the upper bits are 0 and may remove checks that the program relies on.",
    example:
      "A 2-byte read of __sk_buff.remote_port becomes a load and a shift by 16: up to 0xffff0000.")
}
