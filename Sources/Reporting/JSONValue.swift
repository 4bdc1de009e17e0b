import ContextABI

/// A value of JSON whose objects keep the order of their members.
enum JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  case string(String)
  case number(Int)
  case boolean(Bool)
  case array([JSONValue])
  case object([(String, JSONValue)])
  /// No value: the member of an object that would have it is left out.
  case absent

  init(stringLiteral value: String) { self = .string(value) }
  init(integerLiteral value: Int) { self = .number(value) }
  init(booleanLiteral value: Bool) { self = .boolean(value) }
  init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(elements) }

  /// The string; no value for nil.
  static func string(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .absent }

  /// The number; no value for nil.
  static func number(_ value: Int?) -> JSONValue { value.map { .number($0) } ?? .absent }

  /// The strings; no value where there are none.
  static func strings(_ values: [String]) -> JSONValue {
    values.isEmpty ? .absent : .array(values.map { .string($0) })
  }

  /// The value as the text of a file.
  var text: String { text(indent: "") + "\n" }

  private func text(indent: String) -> String {
    let inner = indent + "  "
    switch self {
    case .string(let value): return JSONWriter.string(value)
    case .number(let value): return "\(value)"
    case .boolean(let value): return "\(value)"
    case .array(let elements):
      let texts = elements.map { $0.text(indent: inner) }
      if elements.allSatisfy(\.isScalar), texts.reduce(0, { $0 + $1.count + 2 }) < 100 {
        return "[\(texts.joined(separator: ", "))]"
      }
      return "[\n" + texts.map { inner + $0 }.joined(separator: ",\n") + "\n\(indent)]"
    case .object(let members):
      let present = members.filter { !$0.1.isAbsent }.map { name, value in
        "\(inner)\(JSONWriter.string(name)): \(value.text(indent: inner))"
      }
      return present.isEmpty ? "{}" : "{\n" + present.joined(separator: ",\n") + "\n\(indent)}"
    case .absent: return "null"
    }
  }

  private var isAbsent: Bool { if case .absent = self { true } else { false } }

  private var isScalar: Bool {
    switch self {
    case .string, .number, .boolean: true
    case .array, .object, .absent: false
    }
  }
}
