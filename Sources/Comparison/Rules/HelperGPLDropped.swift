extension Rule {
  /// A helper is no longer only for programs under the GPL.
  public static let helperGPLDropped = Rule(
    id: "helper-gpl-dropped", severity: .addition,
    sentence: "A helper is no longer only for programs under the GPL.",
    rationale:
      "No existing program breaks; what is given can't be taken back.",
    example:
      "bpf_get_stack is no longer gpl_only.")
}
