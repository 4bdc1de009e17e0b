extension Rule {
  /// Bytes of a field have another name as well.
  public static let fieldAliased = Rule(
    id: "field-aliased", severity: .note,
    sentence: "Bytes of a field have another name as well.",
    rationale:
      "The bytes were accessible before, and are what they were.",
    example:
      "A union with a member of the same place is put around __sk_buff.mark.")
}
