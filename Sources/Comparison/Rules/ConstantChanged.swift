extension Rule {
  /// A field that is a constant is another constant.
  public static let constantChanged = Rule(
    id: "constant-changed", severity: .review,
    sentence: "A field that is a constant is another constant.",
    rationale:
      "Existing programs see another number; whether it matters depends on what the number stands for.",
    example:
      "A field that always read 0 always reads 1.")
}
