extension Rule {
  /// A helper is given to more programs.
  public static let helperGranted = Rule(
    id: "helper-granted", severity: .addition,
    sentence: "A helper is given to more programs.",
    rationale:
      "No existing program breaks; what is given can't be taken back.",
    example:
      "SK_LOOKUP programs get bpf_ktime_get_coarse_ns.")
}
