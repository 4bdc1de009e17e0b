/// A piece of HTML or XML that is well-formed as far as its literals are.
///
/// Literals are trusted; every string that is put into one is escaped, so no text of a snapshot can become markup.
struct Markup: Sendable, ExpressibleByStringInterpolation {
  private(set) var source: String

  static let empty: Markup = ""

  init(stringLiteral value: String) { source = value }
  init(stringInterpolation: Interpolation) { source = stringInterpolation.source }

  /// Text as it stands, without any markup in it.
  init(text: String) { source = Self.escaped(text) }

  /// A C expression as it stands, which may be broken behind its arrows and not inside of one.
  init(code: String) {
    let arrow = "<span class='arrow'>-&gt;</span><wbr/>"
    source = Self.escaped(code).replacing("-&gt;", with: arrow)
  }

  /// A text that may be broken behind slashes and underscores.
  init(breakable text: String) {
    source = Self.escaped(text).replacing("/", with: "/<wbr/>").replacing("_", with: "_<wbr/>")
  }

  /// Something that is markup already.
  init(trusted: String) { source = trusted }

  struct Interpolation: StringInterpolationProtocol {
    fileprivate var source = ""

    init(literalCapacity: Int, interpolationCount: Int) { source.reserveCapacity(literalCapacity * 2) }

    mutating func appendLiteral(_ literal: String) { source += literal }
    mutating func appendInterpolation(_ text: String) { source += Markup.escaped(text) }
    mutating func appendInterpolation(_ number: Int) { source += "\(number)" }
    mutating func appendInterpolation(_ markup: Markup) { source += markup.source }
    mutating func appendInterpolation(_ list: [Markup]) { for markup in list { source += markup.source } }

    /// A length, with two digits behind the point at most.
    mutating func appendInterpolation(_ length: Double) {
      let hundredths = Int((length * 100).rounded())
      let (whole, rest) = abs(hundredths).quotientAndRemainder(dividingBy: 100)
      source += hundredths < 0 ? "-" : ""
      source += "\(whole)"
      if rest > 0 { source += rest % 10 == 0 ? ".\(rest / 10)" : rest < 10 ? ".0\(rest)" : ".\(rest)" }
    }
  }

  static func + (left: Markup, right: Markup) -> Markup { Markup(trusted: left.source + right.source) }
  static func += (left: inout Markup, right: Markup) { left.source += right.source }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in Printable.line(text).unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

extension Sequence<Markup> {
  /// All of them, with `separator` between two.
  func joined(_ separator: Markup) -> Markup {
    Markup(trusted: map(\.source).joined(separator: separator.source))
  }
}
