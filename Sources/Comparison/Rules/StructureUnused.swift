extension Rule {
  /// No program sees a structure any more.
  public static let structureUnused = Rule(
    id: "structure-unused", severity: .note,
    sentence: "No program sees a structure any more.",
    rationale:
      "The programs that saw it are gone, or see another structure: that is a finding of its own.",
    example:
      "LIRC_MODE2 programs are no longer supported, and nothing else sees their context.")
}
