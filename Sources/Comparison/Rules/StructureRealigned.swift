extension Rule {
  /// A context structure's alignment has changed.
  public static let structureRealigned = Rule(
    id: "structure-realigned", severity: .breaking,
    sentence: "A context structure's alignment has changed.",
    rationale:
      "Structures that contain it, in programs and in test_run buffers, are laid out differently.",
    example:
      "struct bpf_sysctl gets a __u64 member and is aligned to 8 bytes instead of 4.")
}
