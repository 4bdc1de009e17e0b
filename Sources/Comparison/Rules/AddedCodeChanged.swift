extension Rule {
  /// The kernel adds other instructions to programs.
  public static let addedCodeChanged = Rule(
    id: "added-code-changed", severity: .review,
    sentence: "The kernel adds other instructions to programs.",
    rationale:
      "What runs in front of, behind or inside of existing programs does something else.",
    example:
      "The prologue of SCHED_CLS programs returns TC_ACT_OK where the packet can't be had, not TC_ACT_SHOT.")
}
