extension Rule {
  /// A field can now be read by programs that could not.
  public static let readGranted = Rule(
    id: "read-granted", severity: .addition,
    sentence: "A field can now be read by programs that could not.",
    rationale:
      "No existing program breaks; what is granted can't be taken back.",
    example:
      "CGROUP_SKB programs may now read __sk_buff.tstamp.")
}
