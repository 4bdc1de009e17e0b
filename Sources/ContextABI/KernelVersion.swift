/// What a kernel's version text (`uname -v`) says of where it comes from.
public struct KernelVersion: Hashable, Sendable {
  /// The version of the distribution's package: `6.12.107-1`; nil where none is named.
  public let package: String?
  /// The day of the kernel, as `2026-07-15`; nil where none is named.
  public let date: String?

  /// Takes `#1 SMP PREEMPT_DYNAMIC Debian 6.12.107-1 (2026-07-15)` apart, or what the kernel itself writes (scripts/mkcompile_h):
  /// `#1 SMP PREEMPT_DYNAMIC Tue Nov  5 12:00:00 UTC 2024`.
  public init(text: String) {
    let words = text.split(separator: " ").map(String.init)
    if let last = words.last, last.hasPrefix("("), last.hasSuffix(")"), Self.isDay(last.dropFirst().dropLast()) {
      date = String(last.dropFirst().dropLast())
      package = words.count > 2 && words[words.count - 3].first?.isLetter == true ? words[words.count - 2] : nil
      return
    }
    package = nil
    date = Self.ownDate(words.suffix(6))
  }

  private static func isDay(_ text: Substring) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    return parts.map(\.count) == [4, 2, 2] && parts.allSatisfy { $0.allSatisfy { $0.isASCII && $0.isNumber } }
  }

  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// `Tue Nov 5 12:00:00 UTC 2024`
  private static func ownDate(_ words: ArraySlice<String>) -> String? {
    guard words.count == 6, let year = words.last, year.count == 4, let number = Int(year), number > 1990,
      let month = months.firstIndex(of: words[words.startIndex + 1]), let day = Int(words[words.startIndex + 2]),
      (1...31).contains(day)
    else { return nil }
    return "\(year)-\(month < 9 ? "0" : "")\(month + 1)-\(day < 10 ? "0" : "")\(day)"
  }
}
