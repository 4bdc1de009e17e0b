extension Rule {
  /// A program type is gone.
  public static let programTypeRemoved = Rule(
    id: "program-type-removed", severity: .breaking,
    sentence: "A program type is gone.",
    rationale:
      "Programs of the type can't be loaded.",
    example:
      "LWT_SEG6LOCAL programs are no longer supported (CONFIG_IPV6_SEG6_BPF is off).")
}
