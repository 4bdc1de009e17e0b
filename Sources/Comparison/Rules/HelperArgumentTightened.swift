extension Rule {
  /// A helper's argument takes less than before.
  public static let helperArgumentTightened = Rule(
    id: "helper-argument-tightened", severity: .breaking,
    sentence: "A helper's argument takes less than before.",
    rationale:
      "Programs that pass what is no longer taken are refused.",
    example:
      "The size of bpf_csum_diff must not be 0 any more (ARG_CONST_SIZE instead of ARG_CONST_SIZE_OR_ZERO).")
}
