extension Rule {
  /// Programs may add to the context pointer before an access.
  public static let modifiedPointerTaken = Rule(
    id: "modified-pointer-taken", severity: .addition,
    sentence: "Programs may add to the context pointer before an access.",
    rationale:
      "No existing program breaks.",
    example:
      "TRACEPOINT programs may read *(u32 *)(r6 + 0) after r6 = ctx; r6 += 20.")
}
