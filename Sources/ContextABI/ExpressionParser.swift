/// A meaning's text that can't be read.
public struct MeaningSyntaxError: Error, Sendable, Hashable, CustomStringConvertible {
  public let text: String
  /// In bytes from the start of the text.
  public let offset: Int
  public let problem: String

  public var description: String { "\"\(text)\", at \(offset): \(problem)" }
}

extension Meaning {
  /// Reads a meaning from its text.
  ///
  /// - Parameter width: the width of a kernel member in bits, by its path.
  public init(
    text: String, width: @escaping (String) -> Int?
  ) throws(MeaningSyntaxError) {
    var parser = MeaningParser(text, width)
    tree = try parser.meaning()
  }
}

/// Reads what `Meaning.description` writes.
struct MeaningParser {
  private let text: String
  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0
  private let memberWidth: (String) -> Int?

  private static let depthLimit = 200

  init(_ text: String, _ memberWidth: @escaping (String) -> Int?) {
    self.text = text
    bytes = Array(text.utf8)
    self.memberWidth = memberWidth
  }

  /// What a part of the text stands for.
  private indirect enum Parsed {
    case expression(Expression)
    case test(Meaning.Condition, negated: Bool)
    case all([Parsed])
    case tree(Meaning.Tree)
  }

  mutating func meaning() throws(MeaningSyntaxError) -> Meaning.Tree {
    let tree = try statement()
    skipSpace()
    guard position == bytes.count else { throw error("something follows the meaning") }
    return tree
  }

  // MARK: - Statements

  private mutating func statement() throws(MeaningSyntaxError) -> Meaning.Tree {
    try enter()
    defer { depth -= 1 }
    if takeWord("nothing") { return .outcome(Meaning.Outcome(result: nil, effects: [])) }
    if takeWord("if") {
      try expect("(")
      let test = try choice()
      try expect(")")
      let then = try statement()
      let otherwise = takeWord("else") ? try statement() : .outcome(Meaning.Outcome(result: nil, effects: []))
      return try branch(test, then, otherwise)
    }
    if take("{") {
      let tree = try sequence(until: "}")
      try expect("}")
      return tree
    }
    if isAssignment { return try sequence(until: nil) }
    return try tree(choice())
  }

  /// Assignments, or one statement, up to a closing brace or to what can't follow an assignment.
  private mutating func sequence(until end: Character?) throws(MeaningSyntaxError) -> Meaning.Tree {
    guard isAssignment else { return try statement() }
    var effects = [try assignment()]
    // Outside of braces an assignment stands alone, but at the top.
    while (end != nil || depth == 1), take(";") { effects.append(try assignment()) }
    return .outcome(Meaning.Outcome(result: nil, effects: effects))
  }

  /// Whether an assignment starts here.
  private var isAssignment: Bool {
    var probe = self
    guard (try? probe.target()) != nil else { return false }
    probe.skipSpace()
    return probe.peek() == 0x3d && probe.peek(1) != 0x3d
  }

  private mutating func assignment() throws(MeaningSyntaxError) -> Meaning.Effect {
    let target = try target()
    try expect("=")
    return Meaning.Effect(target: target, value: try expression())
  }

  private mutating func target() throws(MeaningSyntaxError) -> Meaning.Effect.Target {
    skipSpace()
    if takeWord("bits") {
      try expect("(")
      let member = try member()
      try expect(",")
      let low = try number()
      try expect(",")
      let width = try number()
      try expect(")")
      guard low < 64, width <= 64 else { throw error("bits of a member behind its end") }
      return .bits(of: member, low: Int(low), width: Int(width))
    }
    if let register = takeRegister() { return .register(register) }
    return .member(try member())
  }

  // MARK: - Decisions

  private mutating func choice() throws(MeaningSyntaxError) -> Parsed {
    try enter()
    defer { depth -= 1 }
    var parts = [try comparison()]
    while take("&&") { parts.append(try comparison()) }
    let test = parts.count == 1 ? parts[0] : .all(parts)
    guard take("?") else { return test }
    let then = try tree(choice())
    try expect(":")
    return .tree(try branch(test, then, try tree(choice())))
  }

  private func tree(_ parsed: Parsed) throws(MeaningSyntaxError) -> Meaning.Tree {
    switch parsed {
    case .tree(let tree): return tree
    case .expression(let expression):
      return .outcome(Meaning.Outcome(result: expression, effects: []))
    case .test, .all: throw error("a test stands where a value is wanted")
    }
  }

  private func branch(
    _ test: Parsed, _ then: Meaning.Tree, _ otherwise: Meaning.Tree
  ) throws(MeaningSyntaxError) -> Meaning.Tree {
    switch test {
    case .expression(let value):
      return Meaning.branch(.isNonzero(value), then: then, otherwise: otherwise)
    case .test(let condition, let negated):
      return negated
        ? Meaning.branch(condition, then: otherwise, otherwise: then)
        : Meaning.branch(condition, then: then, otherwise: otherwise)
    case .all(let parts):
      var result = then
      for part in parts.reversed() { result = try branch(part, result, otherwise) }
      return result
    case .tree: throw error("a decision stands where a test is wanted")
    }
  }

  private mutating func comparison() throws(MeaningSyntaxError) -> Parsed {
    if peekAfterSpace() == 0x21, peekAfterSpace(1) != 0x3d {  // !
      try expect("!")
      return .test(.isNonzero(try expressionOperand()), negated: true)
    }
    let left = try operation()
    guard let sign = takeComparison() else { return left }
    guard case .expression(let a) = left, case .expression(let b) = try operation() else {
      throw error("a comparison of something else than values")
    }
    switch sign {
    case "==": return .test(.equal(a, b), negated: false)
    case "!=": return .test(.equal(a, b), negated: true)
    case "<": return .test(.less(a, b), negated: false)
    case ">=": return .test(.less(a, b), negated: true)
    case ">": return .test(.less(b, a), negated: false)
    case "<=": return .test(.less(b, a), negated: true)
    case "s<": return .test(.signedLess(a, b), negated: false)
    case "s>=": return .test(.signedLess(a, b), negated: true)
    case "s>": return .test(.signedLess(b, a), negated: false)
    default: return .test(.signedLess(b, a), negated: true)
    }
  }

  private mutating func takeComparison() -> String? {
    for sign in ["s<=", "s>=", "s<", "s>", "==", "!=", "<=", ">="] where take(sign) { return sign }
    // A single < or > that is no shift.
    for (sign, byte) in [("<", UInt8(0x3c)), (">", UInt8(0x3e))]
    where peekAfterSpace() == byte && peekAfterSpace(1) != byte {
      _ = take(sign)
      return sign
    }
    return nil
  }

  // MARK: - Expressions

  private mutating func expression() throws(MeaningSyntaxError) -> Expression {
    guard case .expression(let value) = try operation() else {
      throw error("a value is wanted")
    }
    return value
  }

  private mutating func expressionOperand() throws(MeaningSyntaxError) -> Expression {
    guard case .expression(let value) = try operand() else { throw error("a value is wanted") }
    return value
  }

  /// Operands with operators between them. What is nested is always in parentheses, but for the parts of a joined value.
  private mutating func operation() throws(MeaningSyntaxError) -> Parsed {
    try enter()
    defer { depth -= 1 }
    let first = try operand()
    guard case .expression(var value) = first else { return first }
    while let sign = takeOperator() {
      value = try Self.combine(sign, value, try expressionOperand(), self)
    }
    return .expression(value)
  }

  private mutating func takeOperator() -> Expression.Operator? {
    skipSpace()
    for sign in ["<<", ">>"] where take(sign) { return Expression.Operator(rawValue: sign) }
    guard let byte = peek(), peek(1) != byte else { return nil }
    for sign in Expression.Operator.allCases where sign.rawValue.utf8.count == 1 {
      if sign.rawValue.utf8.first == byte, take(sign.rawValue) { return sign }
    }
    return nil
  }

  private static func combine(
    _ sign: Expression.Operator, _ left: Expression, _ right: Expression, _ parser: MeaningParser
  ) throws(MeaningSyntaxError) -> Expression {
    switch (sign, right) {
    case (.shiftLeft, .constant(let amount)) where amount < 64:
      let width = min(left.width, 64 - Int(amount))
      return .join([(.bits(left, low: 0, width: width), Int(amount), width)])
    case (.shiftRight, .constant(let amount)) where amount < 64:
      return .bits(left, low: Int(amount), width: 64)
    case (.and, .constant(let mask)):
      return .join(
        Expression.runs(of: mask).map { run in
          (.bits(left, low: run.lowerBound, width: run.count), run.lowerBound, run.count)
        })
    case (.or, _):
      let parts = Expression.parts(left) + Expression.parts(right)
      let sorted = parts.sorted { $0.shift < $1.shift }
      let isDisjoint = zip(sorted, sorted.dropFirst()).allSatisfy { $0.shift + $0.width <= $1.shift }
      return isDisjoint
        ? .join(sorted.map { ($0.expression, $0.shift, $0.width) })
        : .compute(.or, left, right)
    default: return .compute(sign, left, right)
    }
  }

  private mutating func operand() throws(MeaningSyntaxError) -> Parsed {
    skipSpace()
    guard let byte = peek() else { throw error("the text ends where a value is wanted") }
    if byte == 0x28 { return try parenthesised() }
    if (0x30...0x39).contains(byte) { return .expression(.constant(try number())) }
    if takeWord("value") { return .expression(.value) }
    if let register = takeRegister() { return .expression(.register(register)) }
    if takeWord("sign_extend") {
      try expect("(")
      let inner = try expression()
      try expect(",")
      let from = try number()
      try expect(")")
      guard (1...64).contains(from) else { throw error("a sign of \(from) bits") }
      return .expression(.signExtend(inner, from: Int(from)))
    }
    return .expression(.member(try member()))
  }

  /// A cast, something in parentheses, or a value with changes: `(x, r3 = 0)`.
  private mutating func parenthesised() throws(MeaningSyntaxError) -> Parsed {
    for width in [8, 16, 32] {
      if take("(u\(width))") {
        return .expression(.bits(try expressionOperand(), low: 0, width: width))
      }
      if take("(s\(width))") {
        return .expression(.signExtend(try expressionOperand(), from: width))
      }
    }
    try expect("(")
    let inner = try choice()
    if take(",") {
      guard case .expression(let result) = inner else { throw error("a value is wanted") }
      var effects = [try assignment()]
      while take(",") { effects.append(try assignment()) }
      try expect(")")
      return .tree(.outcome(Meaning.Outcome(result: result, effects: effects)))
    }
    try expect(")")
    return inner
  }

  /// A member's path, taken as it is written.
  private mutating func member() throws(MeaningSyntaxError) -> Expression.Member {
    skipSpace()
    let start = position
    if take("*") {
      if peek() == 0x28 {  // *(u32 *)&x, *(u32 *)(x + 8)
        try balanced()
        if peek() == 0x28 {
          try balanced()
          return try named(from: start)
        }
        guard take("&") else { throw error("a member is wanted") }
      }
    }
    guard let first = peek(), Self.isWordStart(first) else { throw error("a member is wanted") }
    while let byte = peek() {
      if Self.isWordStart(byte) || (0x30...0x39).contains(byte) || byte == 0x2e {
        position += 1
      } else if byte == 0x2d, peek(1) == 0x3e {  // ->
        position += 2
      } else if byte == 0x28 || byte == 0x5b {
        try balanced()
      } else {
        break
      }
    }
    return try named(from: start)
  }

  private func named(from start: Int) throws(MeaningSyntaxError) -> Expression.Member {
    let path = String(decoding: bytes[start..<position], as: UTF8.self)
    guard let width = memberWidth(path), (1...64).contains(width) else {
      throw MeaningSyntaxError(text: text, offset: start, problem: "the member \(path) is not listed")
    }
    return Expression.Member(path: path, width: width)
  }

  /// Moves behind the parenthesis or bracket that closes the one here.
  private mutating func balanced() throws(MeaningSyntaxError) {
    var open = 0
    while let byte = peek() {
      position += 1
      if byte == 0x28 || byte == 0x5b { open += 1 }
      if byte == 0x29 || byte == 0x5d { open -= 1 }
      if open == 0 { return }
    }
    throw error("a parenthesis is not closed")
  }

  // MARK: - Letters

  private mutating func enter() throws(MeaningSyntaxError) {
    depth += 1
    guard depth < Self.depthLimit else { throw error("it is nested too deep") }
  }

  private func error(_ problem: String) -> MeaningSyntaxError {
    MeaningSyntaxError(text: text, offset: position, problem: problem)
  }

  private func peek(_ ahead: Int = 0) -> UInt8? {
    position + ahead < bytes.count ? bytes[position + ahead] : nil
  }

  private mutating func peekAfterSpace(_ ahead: Int = 0) -> UInt8? {
    skipSpace()
    return peek(ahead)
  }

  private mutating func skipSpace() {
    while position < bytes.count, bytes[position] == 0x20 { position += 1 }
  }

  private static func isWordStart(_ byte: UInt8) -> Bool {
    (0x61...0x7a).contains(byte) || (0x41...0x5a).contains(byte) || byte == 0x5f
  }

  private mutating func take(_ sign: String) -> Bool {
    skipSpace()
    guard bytes[position...].starts(with: sign.utf8) else { return false }
    position += sign.utf8.count
    return true
  }

  /// Takes `word` where it is a whole word and no path goes on behind it.
  private mutating func takeWord(_ word: String) -> Bool {
    skipSpace()
    guard bytes[position...].starts(with: word.utf8) else { return false }
    let next = position + word.utf8.count
    if next < bytes.count {
      let byte = bytes[next]
      if Self.isWordStart(byte) || (0x30...0x39).contains(byte) || byte == 0x2e || byte == 0x5b {
        return false
      }
      if byte == 0x2d, next + 1 < bytes.count, bytes[next + 1] == 0x3e { return false }
    }
    position = next
    return true
  }

  private mutating func takeRegister() -> Int? {
    for number in (0...15).reversed() where takeWord("r\(number)") { return number }
    return nil
  }

  private mutating func number() throws(MeaningSyntaxError) -> UInt64 {
    skipSpace()
    let isHexadecimal = bytes[position...].starts(with: "0x".utf8)
    if isHexadecimal { position += 2 }
    let start = position
    while let byte = peek(), Self.isWordStart(byte) || (0x30...0x39).contains(byte) { position += 1 }
    let digits = String(decoding: bytes[start..<position], as: UTF8.self)
    guard let value = UInt64(digits, radix: isHexadecimal ? 16 : 10) else {
      throw error("a number is wanted")
    }
    return value
  }

  private mutating func expect(_ sign: String) throws(MeaningSyntaxError) {
    guard take(sign) else { throw error("\"\(sign)\" is wanted") }
  }
}
