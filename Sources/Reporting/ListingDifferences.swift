import ByteReading
import ContextABI

/// Writes what two listings of one kernel's accesses do not agree on.
public struct ListingDifferences {
  private let firstName: String
  private let secondName: String
  private let byteOrder: ByteOrder

  /// - Parameters firstName, secondName: what to call the two listings.
  public init(_ firstName: String, _ secondName: String, _ byteOrder: ByteOrder) {
    self.firstName = firstName
    self.secondName = secondName
    self.byteOrder = byteOrder
  }

  /// A difference: what it is about, and below it what each of the two says.
  public func lines(_ difference: ListingComparison.Difference) -> [String] {
    switch difference {
    case .configuration(let name, let first, let second):
      return [
        name, "  \(firstName): \(count(first))", "  \(secondName): \(count(second))",
      ]
    case .access(let key, let first, let second):
      let access = "\(key.kind.rawValue) \(key.offset):\(key.size)"
      return ["\(key.configuration): \(access), registers \(key.registers.rawValue)"]
        + answer(firstName, first) + answer(secondName, second)
    }
  }

  private func count(_ number: Int) -> String {
    number == 0 ? "no such programs" : "\(number) accesses"
  }

  private func answer(_ name: String, _ access: ListedAccess?) -> [String] {
    guard let access else { return ["  \(name): refused"] }
    var rule = access.registerType.map { ", gives \($0)" } ?? ""
    if access.needsPrivilege == true { rule += ", needs privilege" }
    return ["  \(name): accepted\(rule)"]
      + ConversionText.lines(access.code, byteOrder).map { "    \($0)" }
  }
}
