extension Rule {
  /// An access does something else when the value goes to the register of the context.
  public static let sameRegisterDiffers = Rule(
    id: "same-register-differs", severity: .breaking,
    sentence: "An access does something else when the value goes to the register of the context.",
    rationale:
      "Compilers reuse the context's register when it is not needed any more: such programs read another value.",
    example:
      "r1 = *(u32 *)(r1 + 40) leaves the context pointer in r1 where r2 = *(u32 *)(r1 + 40) gives 0.")
}
