extension Rule {
  /// What the extraction has to say besides the ABI differs.
  public static let coverageRemark = Rule(
    id: "coverage-remark", severity: .note,
    sentence: "What the extraction has to say besides the ABI differs.",
    rationale:
      "No access hangs on it; what can only be told of one of the builds is not compared.",
    example:
      "Of the running kernel without capabilities it can not be told which accesses need privilege.")
}
