extension Rule {
  /// An access follows a pointer only under the condition that its neighbours always had.
  public static let guardCorrected = Rule(
    id: "guard-corrected", severity: .review,
    sentence: "An access follows a pointer only under the condition that its neighbours always had.",
    rationale:
      "Without it the pointer was followed where it is not valid: what was read there was no value of the field. A program may still have seen it, so a person should know; it speaks for a correction that all other fields with the same pointer have the condition.",
    example:
      "bpf_sock_ops.rtt_min is guarded by ctx->is_fullsock since 6.12.117, as the other fields of the TCP socket are.")
}
