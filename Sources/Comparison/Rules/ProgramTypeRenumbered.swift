extension Rule {
  /// A program type has another number.
  public static let programTypeRenumbered = Rule(
    id: "program-type-renumbered", severity: .breaking,
    sentence: "A program type has another number.",
    rationale:
      "Compiled programs hold the number, not the name: they are loaded as programs of another type, or not at all.",
    example:
      "A new enumerator stands in the middle of enum bpf_prog_type: BPF_PROG_TYPE_XDP is 7 instead of 6.")
}
