extension Rule {
  /// Programs of a type may no longer write to members of kernel structures.
  public static let structureWriteRemoved = Rule(
    id: "structure-write-removed", severity: .breaking,
    sentence: "Programs of a type may no longer write to members of kernel structures.",
    rationale:
      "Programs that do are refused.",
    example:
      "XDP programs may no longer write nf_conn.mark.")
}
