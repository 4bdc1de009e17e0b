import Comparison

/// Writes rules for people and programs.
public enum RuleText {
  /// A line a rule: id, severity, sentence.
  public static func list(style: Style) -> String {
    let width = RuleCatalog.all.map(\.id.count).max() ?? 0
    return RuleCatalog.all.map { rule in
      "\(TextLayout.padded(rule.id, width))  \(style.severity(TextLayout.padded(rule.severity.rawValue, 10), rule.severity))  \(rule.sentence)\n"
    }.joined()
  }

  /// Everything about one rule.
  ///
  /// - Parameter found: where real kernels have it: `debian-6.1-amd64 to debian-6.12.57-amd64: …`; nil where none is known.
  public static func explanation(of rule: Rule, found: String? = nil, width: Int, style: Style) -> String {
    var lines = ["\(style.bold(rule.id)) (\(style.severity(rule.severity.rawValue, rule.severity)))", ""]
    for text in [rule.sentence, rule.rationale, "For example: \(rule.example)"] {
      lines += TextLayout.wrapped(text, first: "  ", rest: "  ", width: width) + [""]
    }
    if let found {
      lines += TextLayout.wrapped("On kernels: \(Printable.line(found))", first: "  ", rest: "  ", width: width) + [""]
    }
    let advice = RuleAdvice(for: rule)
    lines += TextLayout.wrapped("For a program: \(advice.text)", first: "  ", rest: "  ", width: width) + [""]
    if !advice.code.isEmpty { lines += advice.code.map { "      \($0)" } + [""] }
    return lines.dropLast().joined(separator: "\n") + "\n"
  }

  /// The catalogue as JSON.
  public static var json: String {
    "[\n"
      + RuleCatalog.all.map { rule in
        let members = [
          ("id", rule.id), ("severity", rule.severity.rawValue), ("sentence", rule.sentence),
          ("rationale", rule.rationale), ("example", rule.example),
        ].map { "\(quoted($0.0)): \(quoted($0.1))" }
        return " {\(members.joined(separator: ", "))}"
      }.joined(separator: ",\n") + "\n]\n"
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for character in text {
      if character == "\"" || character == "\\" { result.append("\\") }
      result.append(character)
    }
    return result + "\""
  }
}
