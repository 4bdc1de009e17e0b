extension Rule {
  /// There is a new field.
  public static let fieldAdded = Rule(
    id: "field-added", severity: .addition,
    sentence: "There is a new field.",
    rationale:
      "No existing program uses it. It is a permanent promise: its offset, and the kernel members that it stands for, are visible to programs from now on.",
    example:
      "__sk_buff.netns_inum is appended; it exposes skb->dev->nd_net.net->ns.inum.")
}
