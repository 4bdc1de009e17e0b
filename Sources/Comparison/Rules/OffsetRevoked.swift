extension Rule {
  /// A part of a field can no longer be accessed.
  public static let offsetRevoked = Rule(
    id: "offset-revoked", severity: .breaking,
    sentence: "A part of a field can no longer be accessed.",
    rationale:
      "Programs that access just this part, as compilers let them, are refused.",
    example:
      "The upper half of __sk_buff.mark (bytes 2 and 3) can no longer be read alone.")
}
