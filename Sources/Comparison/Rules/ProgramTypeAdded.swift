extension Rule {
  /// There is a new program type.
  public static let programTypeAdded = Rule(
    id: "program-type-added", severity: .addition,
    sentence: "There is a new program type.",
    rationale:
      "No existing program is of this type.",
    example:
      "NETFILTER programs are new in 6.4.")
}
