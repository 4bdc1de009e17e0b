extension Rule {
  /// An access no longer changes a register that it does not name.
  public static let registerRestored = Rule(
    id: "register-restored", severity: .correction,
    sentence: "An access no longer changes a register that it does not name.",
    rationale:
      "The verifier always believed that the register was as before: programs now go on with the right value.",
    example:
      "A conversion that borrows r9 restores it now.")
}
