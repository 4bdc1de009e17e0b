extension Rule {
  /// An access is written differently and does the same.
  public static let meaningRewritten = Rule(
    id: "meaning-rewritten", severity: .note,
    sentence: "An access is written differently and does the same.",
    rationale:
      "Both expressions are over the same kernel members, and it is proved that they agree for all values of these: by a solver, or by trying all there are.",
    example:
      "skb->dev is tested before or after another member is read.")
}
