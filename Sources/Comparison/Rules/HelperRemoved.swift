extension Rule {
  /// A helper is no longer given to any program.
  public static let helperRemoved = Rule(
    id: "helper-removed", severity: .breaking,
    sentence: "A helper is no longer given to any program.",
    rationale:
      "Programs that call it are refused.",
    example:
      "bpf_override_return is no longer given to any program (CONFIG_BPF_KPROBE_OVERRIDE is off).")
}
