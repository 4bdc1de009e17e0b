extension Rule {
  /// An option of the configuration is off: what hangs on it reads a constant, or is gone.
  public static let optionOff = Rule(
    id: "option-off", severity: .breaking,
    sentence: "An option of the configuration is off: what hangs on it reads a constant, or is gone.",
    rationale:
      "Programs that use the fields or program types get the constant, or are refused, on a kernel with this configuration. One option is one finding.",
    example:
      "CONFIG_IPV6 is off: the IPv6 addresses of all contexts are 0.")
}
