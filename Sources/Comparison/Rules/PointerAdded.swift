extension Rule {
  /// A structure that programs saw is read through a pointer of another kind as well.
  public static let pointerAdded = Rule(
    id: "pointer-added", severity: .addition,
    sentence: "Programs read a structure through a pointer of a new kind.",
    rationale:
      "Nothing that was accepted is refused; the fields that such pointers give become visible to more programs.",
    example:
      "bpf_sock, which programs of type CGROUP_SOCK see, is read through PTR_TO_SOCK_COMMON too.")
}
