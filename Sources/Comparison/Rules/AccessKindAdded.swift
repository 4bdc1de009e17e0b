extension Rule {
  /// There is a new kind of access for contexts.
  public static let accessKindAdded = Rule(
    id: "access-kind-added", severity: .addition,
    sentence: "There is a new kind of access for contexts.",
    rationale:
      "No existing program uses it.",
    example:
      "From 6.6 on contexts can be read with sign extension, from 6.4 on immediates can be stored to them.")
}
