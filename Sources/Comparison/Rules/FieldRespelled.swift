extension Rule {
  /// A field is declared by another name of its type.
  public static let fieldRespelled = Rule(
    id: "field-respelled", severity: .note,
    sentence: "A field is declared by another name of its type.",
    rationale:
      "Size, sign and byte order are what they were: only the text of the declaration differs.",
    example:
      "__sk_buff.hash is unsigned int instead of __u32.")
}
