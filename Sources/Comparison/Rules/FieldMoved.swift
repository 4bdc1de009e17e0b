extension Rule {
  /// A field stands at another offset.
  public static let fieldMoved = Rule(
    id: "field-moved", severity: .breaking,
    sentence: "A field is at another offset.",
    rationale:
      "The offset is compiled into every program: it now accesses another field, or is refused. Neighbours that moved by the same distance are one finding.",
    example:
      "__sk_buff.netns_inum moves from 192 to 196.")
}
