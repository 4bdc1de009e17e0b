extension Rule {
  /// An access differs only where it used to follow a null pointer.
  public static let faultChanged = Rule(
    id: "fault-changed", severity: .review,
    sentence: "An access differs only where it used to follow a null pointer.",
    rationale:
      "Where it gave a value before it gives the same value. Where it crashed, it now does something else.",
    example:
      "__sk_buff.ifindex gets a check of skb->dev.")
}
