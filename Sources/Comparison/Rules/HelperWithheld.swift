extension Rule {
  /// A helper is given to fewer programs.
  public static let helperWithheld = Rule(
    id: "helper-withheld", severity: .breaking,
    sentence: "A helper is given to fewer programs.",
    rationale:
      """
      Programs of these types that call it are refused; the same where only programs that may sleep, or that \
      do not, get it.
      """,
    example:
      "bpf_redirect is no longer given to LWT_XMIT programs.")
}
