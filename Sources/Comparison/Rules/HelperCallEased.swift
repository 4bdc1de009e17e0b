extension Rule {
  /// A helper's calls are subject to less than before.
  public static let helperCallEased = Rule(
    id: "helper-call-eased", severity: .addition,
    sentence: "A helper's calls are subject to less than before.",
    rationale:
      """
      A helper that takes packet pointers, never sleeps, or leaves packet pointers valid, where it was not so; \
      or one whose calls keep registers (allow_fastcall).
      """,
    example:
      "bpf_get_smp_processor_id keeps the registers of who calls it.")
}
