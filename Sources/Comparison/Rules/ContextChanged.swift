extension Rule {
  /// Programs of a type see another context structure.
  public static let contextChanged = Rule(
    id: "context-changed", severity: .breaking,
    sentence: "Programs of a type see another context structure.",
    rationale:
      "Every offset in an existing program means something else.",
    example:
      "FLOW_DISSECTOR programs see struct bpf_flow_dissector instead of struct __sk_buff.")
}
