extension Rule {
  /// An option of the configuration is on: fields that were constant read kernel members.
  public static let optionOn = Rule(
    id: "option-on", severity: .review,
    sentence: "An option of the configuration is on: fields that were constant read kernel members.",
    rationale:
      "Programs that rely on the constant may not expect other values.",
    example:
      "CONFIG_IPV6 is on: the IPv6 addresses of all contexts are those of the socket, no longer 0.")
}
