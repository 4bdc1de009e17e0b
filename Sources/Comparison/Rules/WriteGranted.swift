extension Rule {
  /// A field can now be written by programs that could not.
  public static let writeGranted = Rule(
    id: "write-granted", severity: .addition,
    sentence: "A field can now be written by programs that could not.",
    rationale:
      "No existing program breaks; what is granted can't be taken back.",
    example:
      "CGROUP_SKB programs may now write __sk_buff.tstamp.")
}
