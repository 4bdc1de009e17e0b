extension Rule {
  /// A context structure has become larger.
  public static let structureGrown = Rule(
    id: "structure-grown", severity: .addition,
    sentence: "A context structure has become larger.",
    rationale:
      "Existing programs do not access what was appended: structures grow at the end by design. What was appended is a promise from now on.",
    example:
      "struct __sk_buff grows from 184 to 192 bytes for the new field hwtstamp.")
}
