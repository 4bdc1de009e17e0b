extension Rule {
  /// A helper has another number.
  public static let helperRenumbered = Rule(
    id: "helper-renumbered", severity: .breaking,
    sentence: "A helper has another number.",
    rationale:
      "Compiled programs hold the number: they call another helper, or none.",
    example:
      "BPF_FUNC_skb_load_bytes is 27 instead of 26.")
}
