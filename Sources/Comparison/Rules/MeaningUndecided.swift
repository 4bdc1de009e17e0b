extension Rule {
  /// Whether an access still does the same could not be decided.
  public static let meaningUndecided = Rule(
    id: "meaning-undecided", severity: .review,
    sentence: "Whether an access still does the same could not be decided.",
    rationale:
      "The expressions differ, no state of the kernel was found for which they give something else, and none was proved not to exist.",
    example:
      "Two expressions with a division and a multiplication of 64-bit members that the solver gives up on.")
}
