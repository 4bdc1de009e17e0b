extension Rule {
  /// A field has another type of the same size.
  public static let fieldRetyped = Rule(
    id: "field-retyped", severity: .breaking,
    sentence: "A field has another type of the same size.",
    rationale:
      "The same bits stand for another number: with a sign or without, in another byte order, a pointer instead of a number.",
    example:
      "__sk_buff.netns_inum becomes __be32, or __s32.")
}
