/// Two listings of the same kernel's accesses, each made in another way, held against each other.
public struct ListingComparison: Sendable {
  /// Something that the two do not agree on.
  public enum Difference: Hashable, Sendable {
    /// One of the listings has no access of this configuration at all; so many has the other.
    case configuration(String, first: Int, second: Int)
    /// An access that one lists and the other does not, or that both list and say other things of.
    case access(ListedAccess.Key, first: ListedAccess?, second: ListedAccess?)
  }

  /// What they do not agree on, in the order of a listing.
  public let differences: [Difference]
  /// How many accesses each of them lists, and how many both.
  public let firstCount: Int
  public let secondCount: Int
  public let commonCount: Int

  public init(_ first: [ListedAccess], _ second: [ListedAccess]) {
    let firstByKey = Dictionary(first.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    let secondByKey = Dictionary(second.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    firstCount = firstByKey.count
    secondCount = secondByKey.count
    commonCount = firstByKey.keys.count { secondByKey[$0] != nil }
    let firstSizes = Self.sizes(firstByKey)
    let secondSizes = Self.sizes(secondByKey)
    let names = Set(firstSizes.keys).union(secondSizes.keys)
    let lonely = names.filter { firstSizes[$0] == nil || secondSizes[$0] == nil }
    var differences: [String: [Difference]] = [:]
    for name in lonely {
      differences[name] = [
        .configuration(name, first: firstSizes[name] ?? 0, second: secondSizes[name] ?? 0)
      ]
    }
    for key in Set(firstByKey.keys).union(secondByKey.keys).sorted()
    where !lonely.contains(key.configuration) {
      let (first, second) = (firstByKey[key], secondByKey[key])
      if let first, let second, first.agrees(with: second) { continue }
      differences[key.configuration, default: []].append(.access(key, first: first, second: second))
    }
    self.differences = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.flatMap {
      differences[$0] ?? []
    }
  }

  /// How many accesses each configuration has.
  private static func sizes(_ accesses: [ListedAccess.Key: ListedAccess]) -> [String: Int] {
    accesses.keys.reduce(into: [:]) { $0[$1.configuration, default: 0] += 1 }
  }
}

extension ListedAccess {
  /// Whether both say the same, where both say something.
  fileprivate func agrees(with other: ListedAccess) -> Bool {
    code == other.code && Self.agree(registerType, other.registerType)
      && Self.agree(needsPrivilege, other.needsPrivilege)
  }

  private static func agree<Value: Equatable>(_ first: Value?, _ second: Value?) -> Bool {
    guard let first, let second else { return true }
    return first == second
  }
}
