extension Rule {
  /// Something could be extracted from the old build and can't be from the new one.
  public static let coverageLost = Rule(
    id: "coverage-lost", severity: .coverage,
    sentence: "Something could be extracted from the old build and can't be from the new one.",
    rationale:
      "Nothing is known of these accesses: they may have changed. This is no verdict, and never \"no change\".",
    example:
      "A callback of the new build does not return in the emulator.")
}
