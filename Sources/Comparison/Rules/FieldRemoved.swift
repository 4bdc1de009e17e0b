extension Rule {
  /// A field is gone from its structure.
  public static let fieldRemoved = Rule(
    id: "field-removed", severity: .breaking,
    sentence: "A field is gone from its structure.",
    rationale:
      "A program that accesses the field's place is refused by the verifier, or reads what stands there now.",
    example:
      "__sk_buff.netns_inum is removed.")
}
