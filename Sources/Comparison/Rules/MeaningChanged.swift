extension Rule {
  /// An access does something else than before.
  public static let meaningChanged = Rule(
    id: "meaning-changed", severity: .breaking,
    sentence: "An access does something else than before.",
    rationale:
      "For the same state of the kernel an existing program reads another value, or its store has another effect. The witness is such a state.",
    example:
      "__sk_buff.netns_inum loses its NULL check, is masked, reads another member that exists beside the old one, or becomes constant 0."
  )
}
