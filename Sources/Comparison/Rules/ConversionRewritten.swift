extension Rule {
  /// Other instructions have the same meaning.
  public static let conversionRewritten = Rule(
    id: "conversion-rewritten", severity: .note,
    sentence: "Other instructions have the same meaning.",
    rationale:
      "Programs can't see which instructions replace an access.",
    example:
      "The conversion uses another scratch register.")
}
