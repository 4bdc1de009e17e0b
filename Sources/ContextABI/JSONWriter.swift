/// Writes JSON with the line breaks where a reviewer wants them: what belongs together stands on one line.
public struct JSONWriter {
  private(set) var text = ""

  mutating func raw(_ part: String) { text += part }

  /// A string with quotes and escapes. What a terminal could take for a command, or a reader for another order of the
  /// text, is escaped too.
  public static func string(_ value: String) -> String {
    var result = "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20 || scalar.isInvisible:
        for unit in String(scalar).utf16 {
          let digits = String(unit, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  static func strings(_ values: [String]) -> String {
    "[" + values.map(string).joined(separator: ", ") + "]"
  }

  /// An object on one line, its members in the given order, those without a value left out.
  static func object(_ members: [(String, String?)]) -> String {
    let present = members.compactMap { name, value in value.map { "\(string(name)): \($0)" } }
    return "{" + present.joined(separator: ", ") + "}"
  }

  /// The elements of an array, a line each.
  static func lines(_ elements: [String], indent: Int) -> String {
    guard !elements.isEmpty else { return "[]" }
    let margin = String(repeating: " ", count: indent)
    return "[\n" + elements.map { "\(margin) \($0)" }.joined(separator: ",\n") + "\n\(margin)]"
  }

  /// The members of an object, a line each, in the given order.
  static func lines(_ members: [(String, String)], indent: Int) -> String {
    guard !members.isEmpty else { return "{}" }
    let margin = String(repeating: " ", count: indent)
    return "{\n" + members.map { "\(margin) \(string($0.0)): \($0.1)" }.joined(separator: ",\n")
      + "\n\(margin)}"
  }
}

extension Unicode.Scalar {
  /// Whether the character is no mark on paper: it controls a terminal, the direction of the text, or where lines end.
  public var isInvisible: Bool {
    if value < 0x7f { return value < 0x20 }
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: return true
    default: return false
    }
  }
}
