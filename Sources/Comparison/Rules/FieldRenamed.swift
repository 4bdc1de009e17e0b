extension Rule {
  /// A field has another name, and is otherwise the same.
  public static let fieldRenamed = Rule(
    id: "field-renamed", severity: .review,
    sentence: "A field has another name, and is otherwise the same.",
    rationale:
      "Compiled programs do not notice; sources that use the old name do not compile any more, and BTF relocations by name fail.",
    example:
      "__sk_buff.netns_inum becomes netns_ino: same place, type and meaning.")
}
