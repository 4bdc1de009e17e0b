extension Rule {
  /// A helper's argument has another type.
  public static let helperArgumentChanged = Rule(
    id: "helper-argument-changed", severity: .review,
    sentence: "A helper's argument has another type.",
    rationale:
      "Whether what existing programs pass is still taken does not follow from the names of the types. Where a helper is now said to write to its memory, only programs that passed read-only memory are refused, which it should not have written to.",
    example:
      "ARG_PTR_TO_LONG becomes ARG_PTR_TO_FIXED_SIZE_MEM of 8 bytes.")
}
