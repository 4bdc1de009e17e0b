import ContextABI
import TestSupport
import Testing

@Suite struct ExpressionTests {
  private let a = Expression.member(.init(path: "skb->a", width: 32))
  private let b = Expression.member(.init(path: "skb->b", width: 16))

  // MARK: - Normal form: the same computation is the same expression

  @Test func bits() {
    #expect(Expression.bits(a, low: 0, width: 64) == a)
    #expect(Expression.bits(a, low: 0, width: 32) == a)
    #expect(Expression.bits(a, low: 32, width: 8) == .constant(0))
    #expect(Expression.bits(.bits(a, low: 8, width: 16), low: 4, width: 8) == .bits(of: a, low: 12, width: 8))
    #expect(Expression.bits(.constant(0xabcd), low: 4, width: 8) == .constant(0xbc))
    // What is cut off was 0 anyway.
    #expect(Expression.bits(b, low: 8, width: 32) == .bits(of: b, low: 8, width: 8))
  }

  @Test func join() {
    let whole = Expression.join([(.bits(a, low: 16, width: 16), 16, 16), (.bits(a, low: 0, width: 16), 0, 16)])
    #expect(whole == a)
    #expect(Expression.join([(.constant(3), 0, 8), (.constant(1), 8, 8)]) == .constant(0x103))
    #expect(Expression.join([]) == .constant(0))
    #expect(Expression.join([(a, 0, 32), (.constant(0), 32, 32)]) == a)
    #expect(
      Expression.join([(b, 0, 16), (.bits(a, low: 0, width: 16), 16, 16)])
        == .join([(.bits(a, low: 0, width: 16), 16, 16), (b, 0, 16)]))
    #expect(
      Expression.bits(.join([(b, 0, 16), (.bits(a, low: 0, width: 16), 16, 16)]), low: 16, width: 16)
        == .bits(of: a, low: 0, width: 16))
  }

  @Test func operations() {
    #expect(Expression.compute(.add, .constant(2), a) == Expression.compute(.add, a, .constant(2)))
    #expect(Expression.compute(.add, a, b) == Expression.compute(.add, b, a))
    #expect(Expression.compute(.subtract, a, b) != Expression.compute(.subtract, b, a))
    #expect(Expression.compute(.divide, .constant(7), .constant(0)) == .constant(0))
    #expect(Expression.compute(.remainder, .constant(7), .constant(0)) == .constant(7))
    #expect(Expression.compute(.shiftLeft, .constant(1), .constant(65)) == .constant(2))
    #expect(Expression.compute(.subtract, .constant(0), .constant(1)) == .constant(.max))
  }

  @Test func signs() {
    #expect(Expression.signExtend(.constant(0x80), from: 8) == .constant(0xffff_ffff_ffff_ff80))
    #expect(Expression.signExtend(.constant(0x7f), from: 8) == .constant(0x7f))
    // A number that is narrower has no sign.
    #expect(Expression.signExtend(b, from: 32) == b)
    #expect(Expression.signExtend(a, from: 64) == a)
  }

  @Test func decisions() {
    let zero = Meaning.Tree.outcome(.init(result: .constant(0), effects: []))
    let one = Meaning.Tree.outcome(.init(result: a, effects: []))
    #expect(Meaning.branch(.isNonzero(a), then: one, otherwise: one) == one)
    let guarded = Meaning.branch(.isNonzero(a), then: one, otherwise: zero)
    #expect(Meaning.branch(.equal(a, .constant(0)), then: zero, otherwise: one) == guarded)
    #expect(Meaning.branch(.less(.constant(0), a), then: one, otherwise: zero) == guarded)
    #expect(Meaning.branch(.less(a, .constant(1)), then: zero, otherwise: one) == guarded)
    // A bit is tested where it stands, or shifted down: the same.
    let bit = Expression.bits(a, low: 5, width: 1)
    #expect(
      Meaning.branch(.isNonzero(.join([(bit, 5, 1)])), then: one, otherwise: zero)
        == Meaning.branch(.equal(bit, .constant(1)), then: one, otherwise: zero))
  }

  // MARK: - Texts

  struct Text: Sendable {
    let expression: Expression
    let text: String
  }

  @Test func texts() {
    let big = Expression.member(.init(path: "x", width: 64))
    #expect("\(Expression.constant(65535))" == "65535")
    #expect("\(Expression.constant(65536))" == "0x10000")
    #expect("\(Expression.bits(big, low: 0, width: 32))" == "(u32)x")
    #expect("\(Expression.bits(big, low: 8, width: 8))" == "(u8)(x >> 8)")
    #expect("\(Expression.bits(big, low: 60, width: 4))" == "x >> 60")
    #expect("\(Expression.bits(big, low: 4, width: 3))" == "(x >> 4) & 0x7")
    #expect("\(Expression.join([(.bits(big, low: 4, width: 4), 4, 4)]))" == "x & 0xf0")
    #expect("\(Expression.signExtend(.bits(big, low: 0, width: 8), from: 8))" == "(s8)(u8)x")
    #expect("\(Expression.compute(.add, big, .constant(8)))" == "x + 8")
    #expect(
      "\(Meaning.Effect(target: .bits(of: .init(path: "x", width: 64), low: 0, width: 32), value: .value))"
        == "bits(x, 0, 32) = value")
  }

  // MARK: - Every text reads back

  static let members = [
    "skb->len": 32, "skb->pkt_type": 3, "skb->dev->ifindex": 32, "skb->tstamp": 64, "*ctx->ppos": 64,
    "qdisc_skb_cb(skb->cb)->tc_classid": 16, "skb_shared_info(skb->head + skb->end)->gso_segs": 16,
    "*(u32 *)&qdisc_skb_cb(skb->cb)->data[4]": 32, "ctx->regs.gprs[3]": 64, "ctx[3]": 64,
    "value_of": 8, "r1x->nothing": 16, "if_index": 1, "bits.x": 5, "*(u32 *)(ctx->p - 4)": 32,
  ]

  private struct Random {
    var generator: Generator

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

    mutating func member() -> Expression.Member {
      let names = ExpressionTests.members.keys.sorted()
      let name = names[number(0...names.count - 1)]
      return .init(path: name, width: ExpressionTests.members[name] ?? 64)
    }

    mutating func expression(_ depth: Int) -> Expression {
      switch depth == 0 ? number(0...3) : number(0...9) {
      case 0: return .constant(generator.edgeOrRandom() >> UInt64(number(0...63)))
      case 1: return .value
      case 2: return .register(number(0...10))
      case 3: return .member(member())
      case 4, 5: return .bits(expression(depth - 1), low: number(0...40), width: number(1...64))
      case 6:
        var parts: [(expression: Expression, shift: Int, width: Int)] = []
        var shift = number(0...20)
        while shift < 64, parts.count < 4 {
          let width = number(1...min(32, 64 - shift))
          parts.append((.bits(expression(depth - 1), low: number(0...10), width: width), shift, width))
          shift += width + (number(0...1) == 0 ? 0 : number(0...8))
        }
        return .join(parts)
      case 7: return .signExtend(expression(depth - 1), from: [1, 3, 8, 16, 32, 40][number(0...5)])
      default: return operation(expression(depth - 1), expression(depth - 1))
      }
    }

    /// What no part of a value decides: with a constant, these only move and mask bits, which have a form of their own.
    private mutating func operation(_ left: Expression, _ right: Expression) -> Expression {
      let operators = Expression.Operator.allCases
      let operation = operators[number(0...operators.count - 1)]
      switch operation {
      case .and, .xor, .shiftLeft, .shiftRight:
        if case .constant = left { return .compute(.subtract, left, right) }
        if case .constant = right { return .compute(.add, left, right) }
        return .compute(operation, left, right)
      case .or: return .compute(.or, .value, .register(number(0...10)))
      default: return .compute(operation, left, right)
      }
    }

    mutating func condition() -> Meaning.Condition {
      switch number(0...3) {
      case 0: .isNonzero(expression(2))
      // Two constants are compared by nobody.
      case 1: .equal(.member(member()), expression(1))
      case 2: .less(expression(1), expression(2))
      default: .signedLess(expression(2), expression(1))
      }
    }

    mutating func outcome(isRead: Bool) -> Meaning.Outcome {
      var effects: [Meaning.Effect] = []
      var targets: Set<Meaning.Effect.Target> = []
      for _ in 0..<number(0...(isRead ? 1 : 3)) {
        let member = member()
        let target: Meaning.Effect.Target =
          switch number(0...3) {
          case 0: .register(number(0...10))
          case 1 where member.width > 1: .bits(of: member, low: 0, width: member.width - 1)
          default: .member(member)
          }
        if targets.insert(target).inserted {
          effects.append(Meaning.Effect(target: target, value: expression(2)))
        }
      }
      return Meaning.Outcome(result: isRead ? expression(3) : nil, effects: effects)
    }

    mutating func tree(_ depth: Int, isRead: Bool) -> Meaning.Tree {
      if depth == 0 || number(0...2) == 0 { return .outcome(outcome(isRead: isRead)) }
      return Meaning.branch(
        condition(), then: tree(depth - 1, isRead: isRead),
        otherwise: tree(depth - 1, isRead: isRead))
    }
  }

  /// What an expression is worth, computed by its structure alone.
  private func value(_ expression: Expression, _ seed: UInt64) -> UInt64 {
    func mask(_ width: Int) -> UInt64 { width >= 64 ? .max : 1 << UInt64(width) - 1 }
    func number(_ text: String, _ width: Int) -> UInt64 {
      var hash = seed
      for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
      return (hash ^ hash >> 29) & mask(width)
    }
    switch expression {
    case .constant(let constant): return constant
    case .member(let member): return number(member.path, member.width)
    case .value: return number("value", 64)
    case .register(let register): return number("register \(register)", 64)
    case .bits(let inner, let low, let width): return value(inner, seed) >> UInt64(low) & mask(width)
    case .joined(let parts):
      return parts.reduce(0) { $0 | (value($1.expression, seed) & mask($1.width)) << UInt64($1.shift) }
    case .signExtended(let inner, let from):
      let top = Int64(64 - from)
      return UInt64(bitPattern: (Int64(bitPattern: value(inner, seed)) << top) >> top)
    case .operation(let operation, let left, let right):
      let (x, y) = (value(left, seed), value(right, seed))
      switch operation {
      case .add: return x &+ y
      case .subtract: return x &- y
      case .multiply: return x &* y
      case .divide: return y == 0 ? 0 : x / y
      case .remainder: return y == 0 ? x : x % y
      case .and: return x & y
      case .or: return x | y
      case .xor: return x ^ y
      case .shiftLeft: return x << (y & 63)
      case .shiftRight: return x >> (y & 63)
      }
    }
  }

  /// The text of any expression reads back as one of the same value, and its text is the same from then on.
  @Test func expressionsReadBack() throws {
    var random = Random(generator: Generator(seed: 7))
    for _ in 0..<20_000 {
      let meaning = Meaning.read(random.expression(4))
      let text = meaning.description
      let read = try Meaning(text: text) { Self.members[$0] }
      guard case .outcome(let wanted) = meaning.tree, case .outcome(let found) = read.tree,
        let left = wanted.result, let right = found.result
      else {
        Issue.record("\(text)")
        return
      }
      for seed: UInt64 in 1...4 where value(left, seed) != value(right, seed) {
        Issue.record("\(text) reads back as \(read)")
        return
      }
      #expect(try Meaning(text: read.description) { Self.members[$0] } == read, "\(text)")
    }
  }

  @Test func meaningsReadBack() throws {
    var random = Random(generator: Generator(seed: 8))
    for round in 0..<10_000 {
      let meaning = Meaning(random.tree(3, isRead: round % 2 == 0))
      let text = meaning.description
      let read: Meaning
      do { read = try Meaning(text: text) { Self.members[$0] } } catch {
        Issue.record("\(error)")
        return
      }
      guard read.description == text else {
        Issue.record("\(text)\nreads back as\n\(read)")
        return
      }
    }
  }

  @Test(arguments: [
    ("", "the text ends where a value is wanted"), ("skb->none", "the member skb->none is not listed"),
    ("skb->len +", "the text ends where a value is wanted"), ("skb->len skb->len", "something follows the meaning"),
    ("(skb->len", "\")\" is wanted"), ("skb->len ? 1", "\":\" is wanted"),
    ("skb->len == 1", "a test stands where a value is wanted"), ("0x", "a number is wanted"),
    ("99999999999999999999", "a number is wanted"), ("sign_extend(skb->len, 65)", "a sign of 65 bits"),
    ("bits(skb->len, 64, 1) = 0", "the member bits(skb->len, 64, 1) is not listed"),
  ])
  func badTexts(_ text: String, _ problem: String) {
    let error = #expect(throws: MeaningSyntaxError.self) {
      _ = try Meaning(text: text) { Self.members[$0] }
    }
    #expect(error?.problem == problem)
    #expect(error?.text == text)
  }

  @Test func nestedTooDeep() {
    let text = String(repeating: "(", count: 100_000) + "1" + String(repeating: ")", count: 100_000)
    let error = #expect(throws: MeaningSyntaxError.self) { _ = try Meaning(text: text) { _ in nil } }
    #expect(error?.problem == "it is nested too deep")
  }

  /// Texts with letters turned: an error or a meaning, never a trap.
  @Test func damagedTexts() {
    var random = Random(generator: Generator(seed: 9))
    let letters = Array("()[]{}*&|<>=!?:;,+-/%^~ 0x19rs_ubvalueif".utf8)
    for round in 0..<10_000 {
      var text = Array(Meaning(random.tree(2, isRead: round % 2 == 0)).description.utf8)
      for _ in 0..<3 where !text.isEmpty {
        text[random.number(0...text.count - 1)] = letters[random.number(0...letters.count - 1)]
      }
      _ = try? Meaning(text: String(decoding: text, as: UTF8.self)) { Self.members[$0] }
    }
  }
}
