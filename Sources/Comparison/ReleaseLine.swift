import ContextABI

/// The place of a build among kernel releases, as far as it tells which of two builds can have corrections that the other lacks.
struct ReleaseLine {
  /// `6.12` of 6.12.117.
  private let line: [Int]
  /// 117 of 6.12.117: how many stable updates the line has had.
  private let update: Int

  /// - Parameter release: what `uname -r` prints.
  init(_ release: String) {
    var numbers: [Int] = []
    for part in release.split(separator: ".", maxSplits: 2) {
      guard let number = Int(part.prefix { $0.isASCII && $0.isNumber }) else { break }
      numbers.append(number)
    }
    line = Array(numbers.prefix(2))
    update = numbers.count > 2 ? numbers[2] : 0
  }

  /// Whether `other` may lack corrections of this build without anybody having taken them away: it is older, or this is a stable
  /// update of an older line, which got what `other` may not have got yet.
  func mayBeCorrectedAhead(of other: ReleaseLine) -> Bool {
    if line == other.line { return other.update < update }
    if other.line.lexicographicallyPrecedes(line) { return true }
    return update > 0
  }
}
