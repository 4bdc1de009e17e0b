extension Rule {
  /// An access follows a pointer without the condition that the other fields with the same pointer have.
  public static let guardMissing = Rule(
    id: "guard-missing", severity: .review,
    sentence: "An access follows a pointer without the condition that the other fields with the same pointer have.",
    rationale:
      "The pointer, or the type that it is cast to, is valid only where the condition holds: elsewhere the access reads memory of another kind, or behind the end of an object.",
    example:
      "bpf_sock_ops.rtt_min reads tcp_sock(ctx->sk)->rtt_min in any case, its 24 neighbours only where ctx->is_fullsock is set: ctx->sk can be a request socket, which is smaller."
  )
}
