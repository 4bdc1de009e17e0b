extension Rule {
  /// An access is written over kernel members that are new, because the old ones are gone.
  public static let meaningUnprovable = Rule(
    id: "meaning-unprovable", severity: .review,
    sentence: "An access is written over kernel members that are new, because the old ones are gone.",
    rationale:
      "A machine can't tell whether the new members stand for the same thing: a person has to compare the two expressions.",
    example:
      "From 6.1 to 6.12 __sk_buff.vlan_present changes from the bit skb->vlan_present, which is gone, to skb->vlan_all != 0.")
}
