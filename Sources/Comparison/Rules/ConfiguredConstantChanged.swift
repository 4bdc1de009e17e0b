extension Rule {
  /// A number in a field's meaning follows the configuration, and the configurations differ.
  public static let configuredConstantChanged = Rule(
    id: "configured-constant-changed", severity: .review,
    sentence: "A number in a field's meaning follows the configuration, and the configurations differ.",
    rationale:
      "The code is the same. Whether the other number matters to programs depends on the systems that both kernels run on.",
    example:
      "__sk_buff.napi_id reads 0 below CONFIG_NR_CPUS + 1: 8193 in one build, 257 in the other.")
}
