extension Rule {
  /// There is a new helper.
  public static let helperAdded = Rule(
    id: "helper-added", severity: .addition,
    sentence: "There is a new helper.",
    rationale:
      "No existing program calls it; what is given can't be taken back.",
    example:
      "bpf_user_ringbuf_drain is new.")
}
