extension Rule {
  /// A helper may return NULL now.
  public static let helperMayReturnNull = Rule(
    id: "helper-may-return-null", severity: .breaking,
    sentence: "A helper may return NULL now.",
    rationale:
      "Programs that use what it returns without a check are refused.",
    example:
      "bpf_sk_fullsock returns RET_PTR_TO_SOCK_COMMON | PTR_MAYBE_NULL.")
}
