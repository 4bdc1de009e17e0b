extension Rule {
  /// Whether an earlier access of the same program changes what an access does is new, or no longer so.
  public static let accessStateChanged = Rule(
    id: "access-state-changed", severity: .note,
    sentence: "Whether an earlier access of the same program changes what an access does is new, or no longer so.",
    rationale:
      "What each of the accesses does is compared by itself, with the earlier access and without it: a difference is a finding of its own.",
    example:
      "From 6.12 on a program that reads __sk_buff.tstamp_type reads __sk_buff.tstamp without conversion.")
}
