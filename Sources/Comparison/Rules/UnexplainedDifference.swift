extension Rule {
  /// The data differ in a way that no rule explains.
  public static let unexplainedDifference = Rule(
    id: "unexplained-difference", severity: .review,
    sentence: "The data differ in a way that no rule explains.",
    rationale:
      "Nothing can be said about what it means for a program: a person has to compare the two records. Please report it as well, since a rule is missing.",
    example:
      "A snapshot was edited, or made by another version, so that a field of the record of an access differs and nothing else.")
}
