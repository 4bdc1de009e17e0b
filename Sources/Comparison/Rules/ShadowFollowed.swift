extension Rule {
  /// Kernel members have moved, and the field has followed.
  public static let shadowFollowed = Rule(
    id: "shadow-followed", severity: .note,
    sentence: "Kernel members have moved, and the field has followed.",
    rationale:
      "This is what a shadow is for: only the field's own place and meaning are promised.",
    example:
      "ns.inum moves inside struct net: __sk_buff.netns_inum reads it at its new place.")
}
