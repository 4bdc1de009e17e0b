extension Rule {
  /// Programs may no longer add to the context pointer before an access.
  public static let modifiedPointerRefused = Rule(
    id: "modified-pointer-refused", severity: .breaking,
    sentence: "Programs may no longer add to the context pointer before an access.",
    rationale:
      """
      Compilers add a constant to the context pointer where that makes code shorter. Programs that do are refused \
      ("dereference of modified ctx ptr").
      """,
    example:
      "TRACEPOINT programs may no longer read *(u32 *)(r6 + 0) after r6 = ctx; r6 += 20.")
}
