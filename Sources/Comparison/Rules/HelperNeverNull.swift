extension Rule {
  /// A helper no longer returns NULL.
  public static let helperNeverNull = Rule(
    id: "helper-never-null", severity: .addition,
    sentence: "A helper no longer returns NULL.",
    rationale:
      "Checks in existing programs are never true.",
    example:
      "bpf_this_cpu_ptr returns no NULL.")
}
