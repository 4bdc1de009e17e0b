extension Rule {
  /// Kernel structures behind the contexts have other members, or have them elsewhere.
  public static let kernelMembersDiffer = Rule(
    id: "kernel-members-differ", severity: .note,
    sentence: "Kernel structures behind the contexts have other members, or have them elsewhere.",
    rationale:
      "Members may come, go and move: what a context field stands for is compared by itself.",
    example:
      "A member of struct sock that no context field stands for is added.")
}
