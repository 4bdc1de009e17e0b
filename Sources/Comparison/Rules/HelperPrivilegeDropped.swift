extension Rule {
  /// A helper no longer needs a capability.
  public static let helperPrivilegeDropped = Rule(
    id: "helper-privilege-dropped", severity: .addition,
    sentence: "A helper no longer needs a capability.",
    rationale:
      "No existing program breaks; what is given can't be taken back.",
    example:
      "bpf_get_current_task needs no capability.")
}
