extension Rule {
  /// Other instructions that the kernel adds to programs do the same.
  public static let addedCodeRewritten = Rule(
    id: "added-code-rewritten", severity: .note,
    sentence: "Other instructions that the kernel adds to programs do the same.",
    rationale:
      "Nobody notices.",
    example:
      "The prologue of SCHED_CLS programs reads skb->cloned at its new place.")
}
