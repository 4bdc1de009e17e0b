extension Rule {
  /// A helper's argument takes more than before.
  public static let helperArgumentLoosened = Rule(
    id: "helper-argument-loosened", severity: .addition,
    sentence: "A helper's argument takes more than before.",
    rationale:
      "No existing program breaks; what is taken can't be refused again.",
    example:
      "bpf_skb_store_bytes takes memory that is read-only (MEM_RDONLY).")
}
