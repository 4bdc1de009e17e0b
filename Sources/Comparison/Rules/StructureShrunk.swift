extension Rule {
  /// A context structure has become smaller.
  public static let structureShrunk = Rule(
    id: "structure-shrunk", severity: .breaking,
    sentence: "A context structure has become smaller.",
    rationale:
      "Programs compiled against the larger structure may access what is no longer there.",
    example:
      "struct xdp_md is 20 bytes long instead of 24.")
}
