extension Rule {
  /// An access marks the program in another way.
  public static let markAdded = Rule(
    id: "mark-added", severity: .review,
    sentence: "An access marks the program in another way.",
    rationale:
      "The kernel treats programs with the mark otherwise: whether these notice is for a person to say.",
    example:
      "Stores to registers set kprobe_write_ctx: such a program can't be attached to every probe.")
}
