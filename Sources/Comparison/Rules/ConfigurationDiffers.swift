extension Rule {
  /// The configurations differ in an option that decides fields.
  public static let configurationDiffers = Rule(
    id: "configuration-differs", severity: .note,
    sentence: "The configurations differ in an option that decides fields.",
    rationale:
      "Differences in the ABI may come from the configuration and not from the code.",
    example:
      "CONFIG_IPV6 is y in one build and n in the other.")
}
