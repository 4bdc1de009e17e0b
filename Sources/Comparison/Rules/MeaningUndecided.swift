extension Rule {
  /// It is not proved that an access does the same, or that it gives no more bits than are read.
  public static let meaningUndecided = Rule(
    id: "meaning-undecided", severity: .review,
    sentence: "It is not proved that an access does the same, or that it gives no more bits than are read.",
    rationale:
      "No values were found for which it is wrong, but not all were tried, and the solver gave up at its limit of work, or is not installed. A person has to compare the expressions.",
    example:
      "What remains of a product after a division becomes what remains of the product of the factors' remainders.")
}
