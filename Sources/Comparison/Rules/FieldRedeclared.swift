extension Rule {
  /// A field is declared with another size, and every access to it gives what it gave.
  public static let fieldRedeclared = Rule(
    id: "field-redeclared", severity: .review,
    sentence: "A field is declared with another size, and every access to it gives what it gave.",
    rationale:
      "Compiled programs do not notice. A source that is compiled anew accesses it with another width: whoever compares or stores the value has to look.",
    example:
      "bpf_sk_lookup.remote_port becomes a __be16 with padding behind it, and its 4-byte read stays allowed, for backward compatibility."
  )
}
