extension Rule {
  /// Programs of a type may write to members of kernel structures.
  public static let structureWriteAdded = Rule(
    id: "structure-write-added", severity: .addition,
    sentence: "Programs of a type may write to members of kernel structures.",
    rationale:
      "No existing program does; what is given can't be taken back.",
    example:
      "SCHED_CLS programs may write nf_conn.mark.")
}
