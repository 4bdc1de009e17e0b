/// Writes JSON with the line breaks where a reviewer wants them: what belongs together stands on one line.
struct JSONWriter {
  private(set) var text = ""

  mutating func raw(_ part: String) { text += part }

  /// A string with quotes and escapes.
  static func string(_ value: String) -> String {
    var result = "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
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
