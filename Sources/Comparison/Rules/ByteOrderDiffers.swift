extension Rule {
  /// The two builds have another byte order.
  public static let byteOrderDiffers = Rule(
    id: "byte-order-differs", severity: .note,
    sentence: "The two builds have another byte order.",
    rationale:
      "Fields are compared by the bytes that a program reads, and by the numbers that they are in the byte order of each build: a field that gives the same of either is the same.",
    example:
      "x86-64 against s390x: remote_port is shifted on one of them, and has the same bytes in memory on both.")
}
