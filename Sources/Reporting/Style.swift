import Comparison

/// How text is set apart: by colours on a terminal, not at all elsewhere.
public struct Style: Sendable {
  /// No escape sequences.
  public static let plain = Style(isColoured: false)
  /// ANSI escape sequences.
  public static let coloured = Style(isColoured: true)

  private let isColoured: Bool

  func bold(_ text: String) -> String { wrap(text, "1") }
  func dim(_ text: String) -> String { wrap(text, "2") }
  func warning(_ text: String) -> String { wrap(text, "33") }
  func kind(_ text: String, isWrite: Bool) -> String { wrap(text, isWrite ? "35" : "36") }

  func severity(_ text: String, _ severity: Severity) -> String {
    switch severity {
    case .breaking: wrap(text, "1;31")
    case .review, .coverage: wrap(text, "1;33")
    case .addition: wrap(text, "1;32")
    case .correction: wrap(text, "1;36")
    case .note: wrap(text, "1")
    }
  }

  private func wrap(_ text: String, _ code: String) -> String {
    isColoured ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
  }
}
