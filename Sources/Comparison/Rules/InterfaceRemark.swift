extension Rule {
  /// What is said of helpers besides differs.
  public static let interfaceRemark = Rule(
    id: "interface-remark", severity: .note,
    sentence: "What is said of helpers besides differs.",
    rationale:
      """
      No program hangs on it: a helper that nobody gets, another name for the same type, which attach type \
      stands for a program type.
      """,
    example:
      "ARG_PTR_TO_UNINIT_MEM is ARG_PTR_TO_MEM | MEM_UNINIT.")
}
