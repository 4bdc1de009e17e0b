extension Rule {
  /// There is a new context structure.
  public static let structureAdded = Rule(
    id: "structure-added", severity: .addition,
    sentence: "There is a new context structure.",
    rationale:
      "No existing program uses it. Once released it can't be changed: every field of it is a promise.",
    example:
      "A new program type NETFILTER sees a new struct bpf_nf_ctx.")
}
