import ContextABI

/// Makes text fit to be shown: a snapshot is input that anybody may have written.
public enum Printable {
  /// `text` on one line. Characters that are no marks on paper are written out (`\x1b`, `\u{202e}`): those that control a
  /// terminal, end a line, or turn the direction of the text.
  public static func line(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: \.isInvisible) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      if scalar.isInvisible {
        result += name(scalar)
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// `text` with its line breaks, each line as `line(_:)` shows it.
  public static func lines(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line(String($0)) }.joined(separator: "\n")
  }

  private static func name(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16)
    if scalar.value < 0x100 { return "\\x" + (digits.count == 1 ? "0" : "") + digits }
    return "\\u{\(digits)}"
  }
}
