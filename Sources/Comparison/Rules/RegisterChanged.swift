extension Rule {
  /// An access now changes a register that it does not name.
  public static let registerChanged = Rule(
    id: "register-changed", severity: .breaking,
    sentence: "An access now changes a register that it does not name.",
    rationale:
      "The verifier believes that the register is as it was: the program goes on with a wrong value.",
    example:
      "A conversion borrows r9 and does not restore it.")
}
