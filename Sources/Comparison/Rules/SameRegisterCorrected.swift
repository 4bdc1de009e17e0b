extension Rule {
  /// An access gives the same whatever register takes the value: it did not where that was the context register.
  public static let sameRegisterCorrected = Rule(
    id: "same-register-corrected", severity: .correction,
    sentence: "An access gives the same whatever register takes the value: it did not where that was the context register.",
    rationale:
      "Programs whose compiler reused the context register read something else than the field. They get the right value now; no other program notices.",
    example:
      "r1 = *(u32 *)(r1 + 76) left the context pointer in r1 where r2 = *(u32 *)(r1 + 76) gave 0; now both give 0.")
}
