import ContextABI

/// A kernel release, ordered by the numbers in it: 6.1.0-50-cloud-amd64 before 6.12.95+deb12.
public struct KernelRelease: Comparable, Sendable {
  private let numbers: [Int]
  private let text: String

  /// - Parameter text: what `uname -r` prints.
  public init(_ text: String) {
    self.text = text
    var numbers: [Int] = []
    var digits = ""
    // The version and what follows it up to the first word: 6.1.0-50.
    for character in text {
      if character.isASCII, character.isNumber {
        digits.append(character)
      } else {
        if let number = Int(digits) { numbers.append(number) }
        digits = ""
        guard character == "." || character == "-" || character == "+" || character == "~" else { break }
      }
    }
    if let number = Int(digits) { numbers.append(number) }
    self.numbers = numbers
  }

  /// How many characters at the start and at the end two releases have in common: the version, and the flavour.
  func likeness(to other: KernelRelease) -> Int {
    zip(text, other.text).prefix { $0 == $1 }.count
      + zip(text.reversed(), other.text.reversed()).prefix { $0 == $1 }.count
  }

  public static func == (left: KernelRelease, right: KernelRelease) -> Bool { left.numbers == right.numbers }

  public static func < (left: KernelRelease, right: KernelRelease) -> Bool {
    left.numbers.lexicographicallyPrecedes(right.numbers)
  }
}

extension BaselineStore {
  /// The baselines of an architecture (`x86_64`), the oldest release first.
  public func names(of architecture: String) throws(BaselineError) -> [String] {
    var found: [(name: String, release: KernelRelease)] = []
    for name in try names() {
      let provenance = try provenance(of: name)
      if provenance.architecture == architecture { found.append((name, KernelRelease(provenance.release))) }
    }
    // Equal releases stay in the order of their names.
    return found.enumerated().sorted { ($0.element.release, $0.offset) < ($1.element.release, $1.offset) }.map(\.element.name)
  }
}
