import ByteReading

extension AccessRule {
  /// Every aligned part of 1, 2, 4 or 8 bytes of the bytes `offset..<offset + size`, sorted; not these bytes themselves.
  public static func alignedParts(offset: Int, size: Int) -> [Part] {
    var result: [Part] = []
    for width in [1, 2, 4, 8] where width < size {
      for start in stride(from: 0, through: size - width, by: width) {
        result.append(Part(offset: offset + start, size: width))
      }
    }
    return result.sorted()
  }
}

extension AccessRule {
  /// The order of rules in a snapshot: by place, then by what is done there.
  public static func inOrder(_ left: AccessRule, _ right: AccessRule) -> Bool {
    if (left.offset, -left.size) != (right.offset, -right.size) {
      return (left.offset, -left.size) < (right.offset, -right.size)
    }
    if left.kinds != right.kinds { return left.kinds.lexicographicallyPrecedes(right.kinds) }
    let leftText = "\(left.programs) \(left.meaning) \(left.registerType) \(left.needsPrivilege) \(left.parts)"
    let rightText = "\(right.programs) \(right.meaning) \(right.registerType) \(right.needsPrivilege) \(right.parts)"
    return leftText.utf8.lexicographicallyPrecedes(rightText.utf8)
  }
}
