extension Rule {
  /// It is not proved that an access does the same, or that it gives no more bits than are read.
  public static let meaningUndecided = Rule(
    id: "meaning-undecided", severity: .review,
    sentence: "It is not proved that an access does the same, or that it gives no more bits than are read.",
    rationale:
      "No values were found for which it is wrong, but not all were tried, and the solver gave up at its limit of work, or is not installed. A person has to compare the expressions.",
    example:
      "A product of two members is divided by a third, and the new build divides first; or libz3 is not installed.")
}
