extension Rule {
  /// A pointer through which programs read a structure is no longer given to them.
  public static let pointerRemoved = Rule(
    id: "pointer-removed", severity: .breaking,
    sentence: "Programs no longer read a structure through a pointer of this kind.",
    rationale:
      "Accesses through such a pointer are no longer accepted, although others still see the structure.",
    example:
      "bpf_sock is no longer read through PTR_TO_SOCK_COMMON, but by programs of type CGROUP_SOCK still.")
}
