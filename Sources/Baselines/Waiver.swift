import Comparison
import Foundation
import Yams

/// A change that a person has accepted.
public struct Waiver: Sendable, Hashable {
  /// The rule's id.
  public var rule: String
  /// The context, and the field in it; no field stands for the change of the context itself.
  public var context: String
  public var field: String?
  /// Program types or programs; none stands for all.
  public var programs: [String]
  /// The baseline that the waiver belongs to; none stands for whichever is compared with.
  public var baseline: String?
  public var reason: String
  public var who: String
  public var date: CalendarDate
  public var expires: CalendarDate

  public init(
    rule: String, context: String, field: String?, programs: [String], baseline: String?,
    reason: String, who: String, date: CalendarDate, expires: CalendarDate
  ) {
    self.rule = rule
    self.context = context
    self.field = field
    self.programs = programs
    self.baseline = baseline
    self.reason = reason
    self.who = who
    self.date = date
    self.expires = expires
  }

  /// Whether the waiver accepts `change`: all of it, so for every program that it is about.
  public func accepts(_ change: Change) -> Bool {
    rule == change.rule.id && context == change.context && field == change.field
      && (programs.isEmpty
        || (!change.programs.isEmpty
          && change.programs.allSatisfy { name in programs.contains { Self.names($0, name) } }))
  }

  /// Whether `wanted` names the program: by its name, or by its type.
  private static func names(_ wanted: String, _ program: String) -> Bool {
    let wanted = wanted.uppercased()
    let name = program.uppercased()
    return wanted == name || name.hasPrefix("\(wanted)/") || name.hasPrefix("\(wanted)+")
  }

  /// What the waiver is about: `field-moved __sk_buff.mark (XDP)`.
  public var title: String {
    let place = "\(rule) \(field.map { "\(context).\($0)" } ?? context)"
    return programs.isEmpty ? place : "\(place) (\(programs.joined(separator: ", ")))"
  }
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
