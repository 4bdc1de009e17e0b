extension Rule {
  /// An access to a part of a field now reads that part.
  public static let partCorrected = Rule(
    id: "part-corrected", severity: .review,
    sentence: "An access to a part of a field now reads that part.",
    rationale:
      "It used to read something that did not agree with the whole field. Programs that put the field together from its parts get the right value now; a program that relied on the wrong one gets another.",
    example:
      "Byte 1 of __sk_buff.vlan_present was 1 when the field was 1; it is 0 now, as in the whole field.")
}
