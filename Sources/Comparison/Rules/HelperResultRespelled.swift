extension Rule {
  /// The type that a helper returns is another one.
  public static let helperResultRespelled = Rule(
    id: "helper-result-respelled", severity: .review,
    sentence: "The type that a helper returns is another one.",
    rationale:
      """
      Both are pointers, or both numbers; whether programs may do the same with it does not follow from the \
      names of the types.
      """,
    example:
      "RET_PTR_TO_ALLOC_MEM becomes RET_PTR_TO_DYNPTR_MEM.")
}
