extension Rule {
  /// A field can have values that it could not have before.
  public static let rangeWidened = Rule(
    id: "range-widened", severity: .review,
    sentence: "A field can have values that it could not have before.",
    rationale:
      "All values that were possible mean the same. Programs that rely on there being no others may not expect the new ones.",
    example:
      "A kernel member grows from 8 to 16 bits; a field that was always 0 now reads a member.")
}
