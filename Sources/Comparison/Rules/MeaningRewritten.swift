extension Rule {
  /// An access is written differently and does the same.
  public static let meaningRewritten = Rule(
    id: "meaning-rewritten", severity: .note,
    sentence: "An access is written differently and does the same.",
    rationale:
      "Both expressions were evaluated over the same kernel members and agree.",
    example:
      "skb->dev is tested before or after another member is read.")
}
