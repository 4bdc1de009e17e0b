extension Rule {
  /// A field has another size.
  public static let fieldResized = Rule(
    id: "field-resized", severity: .breaking,
    sentence: "A field has another size.",
    rationale:
      "A program's access is as wide as the field was: it now gets a part of the field, or more than the field.",
    example:
      "__sk_buff.netns_inum becomes a __u64, or a __u16.")
}
