import ByteReading
import Comparison
import Foundation
import Yams

/// The waivers of a store: a YAML file that people write and review.
public struct WaiverFile: Sendable, Hashable {
  public var waivers: [Waiver]

  public init(_ waivers: [Waiver]) { self.waivers = waivers }

  private static let keys: Set<String> = [
    "rule", "finding", "digest", "baseline", "reason", "who", "date", "expires",
  ]

  /// No file of waivers is larger: it is written and reviewed by people.
  static let sizeLimit = 1 << 20

  /// Reads the file at `path`; where there is none, there are no waivers.
  init(path: String) throws(BaselineError) {
    guard FileManager.default.fileExists(atPath: path) else {
      self.init([])
      return
    }
    let bytes: [UInt8]
    do { bytes = try RegularFile(path: path).bytes(limit: Self.sizeLimit) } catch {
      throw .waivers(path: path, problem: error.problem)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .waivers(path: path, problem: "is not UTF-8")
    }
    try self.init(yaml: text, path: path)
  }

  /// Reads the file's text. What is not understood is an error: a waiver that is passed over in silence accepts nothing,
  /// or too much.
  public init(yaml text: String, path: String) throws(BaselineError) {
    func wrong(_ problem: String, _ node: Node? = nil) -> BaselineError {
      let line = node?.mark.map { "line \($0.line): " } ?? ""
      return .waivers(path: path, problem: line + problem)
    }
    if let name = Self.alias(in: text) {
      throw wrong("*\(name) stands for &\(name): waivers are written out, without aliases")
    }
    let document: Node?
    do { document = try Yams.compose(yaml: text) } catch {
      throw wrong("is no YAML: \(error)")
    }
    guard let document else {
      waivers = []
      return
    }
    guard let mapping = document.mapping else { throw wrong("starts with something else than 'waivers:'") }
    for (key, _) in mapping where key.string != "waivers" {
      throw wrong("\"\(key.string ?? "?")\" is no known key; the file has one: waivers", key)
    }
    guard let list = mapping["waivers"] else {
      waivers = []
      return
    }
    guard let entries = list.sequence else { throw wrong("'waivers' is no list", list) }
    var result: [Waiver] = []
    for entry in entries { result.append(try Self.waiver(entry, wrong)) }
    waivers = result
  }

  /// A name that is both an anchor (`&name`) and an alias (`*name`).
  ///
  /// Yams follows aliases when it compares keys, so a few lines of them would keep it busy for years.
  private static func alias(in text: String) -> String? {
    func names(after sign: Character) -> Set<Substring> {
      Set(text.split(separator: sign, omittingEmptySubsequences: false).dropFirst().map { $0.prefix(while: isInName) })
    }
    func isInName(_ character: Character) -> Bool {
      character.isASCII && (character.isLetter || character.isNumber || character == "_" || character == "-")
    }
    return names(after: "&").intersection(names(after: "*")).filter { !$0.isEmpty }.min().map(String.init)
  }

  private static func waiver(
    _ entry: Node, _ wrong: (String, Node?) -> BaselineError
  ) throws(BaselineError) -> Waiver {
    guard let fields = entry.mapping else { throw wrong("a waiver is a mapping of keys to values", entry) }
    for (key, _) in fields {
      guard let name = key.string, keys.contains(name) else {
        throw wrong(
          "\"\(key.string ?? "?")\" is no known key of a waiver; there are \(keys.sorted().joined(separator: ", "))",
          key)
      }
    }
    func text(_ key: String) throws(BaselineError) -> String {
      guard let value = fields[key] else { throw wrong("a waiver lacks \"\(key)\"", entry) }
      guard let scalar = value.scalar?.string, !scalar.isEmpty else {
        throw wrong("\"\(key)\" is empty, or no text", value)
      }
      return scalar
    }
    func date(_ key: String) throws(BaselineError) -> CalendarDate {
      let value = try text(key)
      guard let date = CalendarDate(value) else {
        throw wrong("\"\(key)\" is \"\(value)\", not a date such as 2026-11-22", fields[key])
      }
      return date
    }
    let rule = try text("rule")
    guard RuleCatalog.rule(rule) != nil else {
      throw wrong("there is no rule \"\(rule)\"; 'ctxabi rules' lists them", fields["rule"])
    }
    let digest = try text("digest")
    guard digest.utf8.count == 16, digest.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
    else { throw wrong("\"digest\" is no digest of a finding: 16 hexadecimal digits", fields["digest"]) }
    return Waiver(
      rule: rule, finding: try text("finding"), digest: digest,
      baseline: fields["baseline"] == nil ? nil : try text("baseline"), reason: try text("reason"),
      who: try text("who"), date: try date("date"), expires: try date("expires"))
  }

  /// The file's text.
  public var yaml: String {
    var lines = [
      "# Findings about the BPF context ABI that a person has accepted. 'ctxabi baseline accept' adds an entry."
    ]
    if waivers.isEmpty { return lines[0] + "\nwaivers: []\n" }
    lines.append("waivers:")
    for waiver in waivers {
      var fields: [(String, String)] = [
        ("rule", waiver.rule), ("finding", waiver.finding), ("digest", waiver.digest),
      ]
      if let baseline = waiver.baseline { fields.append(("baseline", baseline)) }
      fields += [
        ("reason", waiver.reason), ("who", waiver.who), ("date", waiver.date.description),
        ("expires", waiver.expires.description),
      ]
      for (index, (key, value)) in fields.enumerated() {
        lines.append("\(index == 0 ? "  - " : "    ")\(key): \(Self.quoted(value))")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func isEscaped(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0..<0x20, 0x7f..<0xa0, 0x2028, 0x2029, 0xfeff, 0xfffe, 0xffff: true
    default: false
    }
  }

  /// A text as YAML: in quotes with escapes, which is right for every text.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      // What YAML takes for the end of a line, or for no text at all.
      case _ where isEscaped(scalar.value):
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
