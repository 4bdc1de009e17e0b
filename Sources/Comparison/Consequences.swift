/// Which findings about a field another one brings with it: one cause is one finding, that names the others.
enum Consequences {
  /// The ids of the rules whose findings at the same place say nothing that `rule`'s does not.
  static func of(_ rule: Rule) -> Set<String> { byRule[rule.id] ?? [] }

  private static let byRule: [String: Set<String>] = [
    // Other bits in all or parts of a value are what the change is.
    Rule.meaningChanged.id: [Rule.valueExceedsRead.id, Rule.bytesAlias.id],
    // A pointer to a packet is read through 4 bytes, a number should not be.
    Rule.registerTypeChanged.id: [Rule.valueExceedsRead.id],
    // Fewer or more bytes are accessible where there are fewer or more.
    Rule.fieldResized.id: [Rule.widthRevoked.id, Rule.offsetRevoked.id, Rule.widthGranted.id],
    // The instructions that were wrong have been written anew.
    Rule.sameRegisterDiffers.id: [Rule.conversionRewritten.id],
    Rule.registerChanged.id: [Rule.conversionRewritten.id],
    Rule.valueExceedsRead.id: [Rule.conversionRewritten.id],
    // Refused is refused, whoever does it.
    Rule.readRevoked.id: [Rule.convertsToNothing.id],
    Rule.writeRevoked.id: [Rule.convertsToNothing.id],
  ]
}
