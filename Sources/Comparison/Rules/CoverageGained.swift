extension Rule {
  /// Something could not be extracted from the old build, so it can't be compared.
  public static let coverageGained = Rule(
    id: "coverage-gained", severity: .coverage,
    sentence: "Something could not be extracted from the old build, so it can't be compared.",
    rationale:
      "Nothing is known of what these accesses were: they may have changed.",
    example:
      "A callback of the old build does not return in the emulator.")
}
