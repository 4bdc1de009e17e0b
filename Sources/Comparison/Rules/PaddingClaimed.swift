extension Rule {
  /// A new field stands where padding was.
  public static let paddingClaimed = Rule(
    id: "padding-claimed", severity: .addition,
    sentence: "A new field stands where padding was.",
    rationale:
      "No existing program could access the padding. The field is a permanent promise.",
    example:
      "__sk_buff.tstamp_type takes one byte of the padding behind gso_size.")
}
