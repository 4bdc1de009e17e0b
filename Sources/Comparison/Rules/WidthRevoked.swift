extension Rule {
  /// A field can no longer be accessed at some width.
  public static let widthRevoked = Rule(
    id: "width-revoked", severity: .breaking,
    sentence: "A field can no longer be accessed at some width.",
    rationale:
      "Compilers choose the width of an access freely where a part of a field is enough: programs with that width are refused.",
    example:
      "__sk_buff.mark can be read as 4 bytes only, no longer by the byte.")
}
