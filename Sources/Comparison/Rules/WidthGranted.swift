extension Rule {
  /// A field can now be accessed at more widths, or in more of its parts.
  public static let widthGranted = Rule(
    id: "width-granted", severity: .addition,
    sentence: "A field can now be accessed at more widths, or in more of its parts.",
    rationale:
      "No existing program breaks; what is granted can't be taken back.",
    example:
      "__sk_buff.mark can now be read by the byte.")
}
