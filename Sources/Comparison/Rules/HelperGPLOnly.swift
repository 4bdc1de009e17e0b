extension Rule {
  /// A helper is only given to programs under the GPL now.
  public static let helperGPLOnly = Rule(
    id: "helper-gpl-only", severity: .breaking,
    sentence: "A helper is only given to programs under the GPL now.",
    rationale:
      "Programs under another licence that call it are refused.",
    example:
      "bpf_ktime_get_ns becomes gpl_only.")
}
