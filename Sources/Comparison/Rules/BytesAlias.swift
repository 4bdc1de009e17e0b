extension Rule {
  /// Different bytes of a field read the same kernel byte.
  public static let bytesAlias = Rule(
    id: "bytes-alias", severity: .review,
    sentence: "Different bytes of a field read the same kernel byte.",
    rationale:
      "A program that reads the field by its parts puts together another value than one that reads the whole.",
    example:
      "Every byte of __sk_buff.pkt_type reads skb->pkt_type.")
}
