extension Rule {
  /// A kind of access is gone for all contexts.
  public static let accessKindRemoved = Rule(
    id: "access-kind-removed", severity: .breaking,
    sentence: "A kind of access is gone for all contexts.",
    rationale:
      "Programs compiled with it are refused, whatever they access.",
    example:
      "The kernel no longer takes sign-extending loads (BPF_MEMSX) from contexts.")
}
