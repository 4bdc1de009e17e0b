import Comparison
import Foundation
import Yams

/// A finding that a person has accepted: one cause, with one before and one after.
public struct Waiver: Sendable, Hashable {
  /// The rule's id.
  public var rule: String
  /// What has been accepted, as the report told it: for people, it decides nothing.
  public var finding: String
  /// The finding's digest, which stands for its fields, accesses, programs, before and after: nothing else is accepted.
  public var digest: String
  /// The baseline that the waiver belongs to; none stands for whichever is compared with.
  public var baseline: String?
  public var reason: String
  public var who: String
  public var date: CalendarDate
  public var expires: CalendarDate

  public init(
    rule: String, finding: String, digest: String, baseline: String?, reason: String, who: String, date: CalendarDate,
    expires: CalendarDate
  ) {
    self.rule = rule
    self.finding = finding
    self.digest = digest
    self.baseline = baseline
    self.reason = reason
    self.who = who
    self.date = date
    self.expires = expires
  }

  /// Whether the waiver accepts `finding`: exactly what was accepted, and nothing else.
  public func accepts(_ finding: Finding) -> Bool { rule == finding.rule.id && digest == finding.digest }

  /// What the waiver is about: `field-moved: __sk_buff.mark is at offset 12 instead of 8`.
  public var title: String { "\(rule): \(finding)" }
}

/// A day of the calendar.
public struct CalendarDate: Sendable, Hashable, Comparable, CustomStringConvertible {
  private let year: Int
  private let month: Int
  private let day: Int

  /// Reads `2026-11-22`; nil for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.map(\.utf8.count) == [4, 2, 2],
      parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
      let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]),
      (1...12).contains(month), (1...Self.days(in: month, of: year)).contains(day)
    else { return nil }
    self.year = year
    self.month = month
    self.day = day
  }

  private static func days(in month: Int, of year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Today, by universal time.
  public static var today: CalendarDate {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = TimeZone(identifier: "UTC") ?? calendar.timeZone
    let parts = calendar.dateComponents([.year, .month, .day], from: Date())
    return CalendarDate(
      year: parts.year ?? 1970, month: parts.month ?? 1, day: parts.day ?? 1)
  }

  private init(year: Int, month: Int, day: Int) {
    self.year = year
    self.month = month
    self.day = day
  }

  /// The same day so many months later; the last of the month where it has no such day.
  public func adding(months: Int) -> CalendarDate {
    let index = year * 12 + month - 1 + months
    let (newYear, newMonth) = (index / 12, index % 12 + 1)
    return CalendarDate(
      year: newYear, month: newMonth, day: min(day, Self.days(in: newMonth, of: newYear)))
  }

  public var description: String {
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(String(repeating: "0", count: max(0, 4 - "\(year)".count)))\(year)-\(two(month))-\(two(day))"
  }

  public static func < (left: CalendarDate, right: CalendarDate) -> Bool {
    (left.year, left.month, left.day) < (right.year, right.month, right.day)
  }
}
