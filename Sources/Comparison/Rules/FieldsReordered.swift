extension Rule {
  /// The fields of a structure are declared in another order, each at its place.
  public static let fieldsReordered = Rule(
    id: "fields-reordered", severity: .note,
    sentence: "The fields of a structure are declared in another order, each at its place.",
    rationale:
      "The members of a union can stand in any order: no offset differs.",
    example:
      "In a union of bpf_sock_ops reply is declared before args.")
}
