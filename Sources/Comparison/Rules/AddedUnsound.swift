extension Rule {
  /// What is new is wrong in itself.
  public static let addedUnsound = Rule(
    id: "added-unsound", severity: .review,
    sentence: "What is new is wrong in itself.",
    rationale:
      "No existing program uses it; it should be put right before one does. What is wrong is what lint says of the new build.",
    example:
      "A new field of bpf_sock_ops leaves the context pointer in its register where destination and source are the same.")
}
