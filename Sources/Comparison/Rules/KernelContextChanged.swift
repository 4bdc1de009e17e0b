extension Rule {
  /// Another kernel structure stands behind a context.
  public static let kernelContextChanged = Rule(
    id: "kernel-context-changed", severity: .note,
    sentence: "Another kernel structure stands behind a context.",
    rationale:
      "Programs see the same structure; what its fields stand for is compared field by field.",
    example:
      "struct bpf_sockopt stands for struct bpf_sockopt_kern under another name.")
}
