/// A 64-bit value, as an expression over the members of the kernel's structures.
///
/// Every value is without sign and 64 bits wide; members are extended with zeroes. An expression holds no offsets, so it
/// means the same on every build that has the members. It is normalised: the same computation has the same expression.
public indirect enum Expression: Hashable, Sendable {
  case constant(UInt64)
  /// A kernel member, by its path: `skb->dev->ifindex`.
  case member(Member)
  /// The value that a store stores: all 64 bits of its register, or its immediate.
  case value
  /// What a register held before the access.
  case register(Int)
  /// The `width` bits from bit `low` on (counted from the least significant one), shifted down.
  case bits(of: Expression, low: Int, width: Int)
  /// Parts side by side; the bits between them are 0. In rising order, none overlapping another.
  case joined([Part])
  /// The lower `from` bits, their highest one repeated up to 64.
  case signExtended(Expression, from: Int)
  case operation(Operator, Expression, Expression)

  /// A kernel member: where a value comes from, or goes to.
  public struct Member: Hashable, Sendable {
    /// How C reaches it: `skb->dev->ifindex`, `qdisc_skb_cb(skb->cb)->data[0]`.
    public let path: String
    /// Its width in bits.
    public let width: Int

    public init(path: String, width: Int) {
      self.path = path
      self.width = width
    }
  }

  /// A part of a joined value: `expression`, `width` bits wide, at bit `shift`.
  public struct Part: Hashable, Sendable {
    public let expression: Expression
    public let shift: Int
    public let width: Int

    public init(expression: Expression, shift: Int, width: Int) {
      self.expression = expression
      self.shift = shift
      self.width = width
    }
  }

  /// What BPF's arithmetic can compute besides moving bits; all on 64 bits without sign.
  public enum Operator: String, Hashable, Sendable, CaseIterable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    /// A division by 0 gives 0.
    case divide = "/"
    /// A division by 0 leaves the dividend.
    case remainder = "%"
    case and = "&"
    case or = "|"
    case xor = "^"
    /// By the lower 6 bits of the second operand.
    case shiftLeft = "<<"
    case shiftRight = ">>"

    var isCommutative: Bool {
      switch self {
      case .add, .multiply, .and, .or, .xor: true
      case .subtract, .divide, .remainder, .shiftLeft, .shiftRight: false
      }
    }
  }
}

extension Expression {
  /// How many of the lower bits can be other than 0.
  public var width: Int {
    switch self {
    case .constant(let value): 64 - value.leadingZeroBitCount
    case .member(let member): member.width
    case .bits(_, _, let width): width
    case .joined(let parts): parts.last.map { $0.shift + $0.width } ?? 0
    case .value, .register, .signExtended, .operation: 64
    }
  }

  /// The `width` bits of `expression` from bit `low` on, normalised.
  public static func bits(_ expression: Expression, low: Int, width: Int) -> Expression {
    let width = min(width, max(0, expression.width - low))
    if width <= 0 { return .constant(0) }
    if low == 0, width >= expression.width { return expression }
    switch expression {
    case .constant(let value): return .constant(value >> UInt64(low) & mask(width))
    case .bits(let inner, let innerLow, _): return bits(inner, low: innerLow + low, width: width)
    case .joined(let parts):
      return join(
        parts.compactMap { part in
          let start = max(part.shift, low)
          let end = min(part.shift + part.width, low + width)
          guard start < end else { return nil }
          return (
            bits(part.expression, low: start - part.shift, width: end - start), start - low,
            end - start
          )
        })
    case .signExtended(let inner, let from) where low + width <= from:
      return bits(inner, low: low, width: width)
    default: return .bits(of: expression, low: low, width: width)
    }
  }

  /// Parts side by side, normalised: sorted, constants put together, nothing joined that is one thing.
  public static func join(
    _ parts: [(expression: Expression, shift: Int, width: Int)]
  ) -> Expression {
    var constant: UInt64 = 0
    var rest: [Part] = []
    func add(_ expression: Expression, _ shift: Int, _ width: Int) {
      switch expression {
      case .constant(let value): constant |= value << UInt64(shift)
      case .joined(let inner):
        for part in inner { add(part.expression, shift + part.shift, part.width) }
      default:
        // The bits above an expression's own are 0, which nothing is said for.
        rest.append(Part(expression: expression, shift: shift, width: min(width, expression.width)))
      }
    }
    for part in parts { add(part.expression, part.shift, part.width) }
    rest.sort { $0.shift < $1.shift }
    var merged: [Part] = []
    for part in rest {
      if let last = merged.last, last.shift + last.width == part.shift,
        let whole = adjoined(last, part)
      {
        merged[merged.count - 1] = whole
      } else {
        merged.append(part)
      }
    }
    for run in runs(of: constant) {
      merged.append(
        Part(
          expression: .constant(constant >> UInt64(run.lowerBound) & mask(run.count)),
          shift: run.lowerBound, width: run.count))
    }
    merged.sort { $0.shift < $1.shift }
    if merged.isEmpty { return .constant(0) }
    if merged.allSatisfy({ if case .constant = $0.expression { true } else { false } }) {
      return .constant(constant)
    }
    if merged.count == 1, merged[0].shift == 0 { return merged[0].expression }
    return .joined(merged)
  }

  /// Two neighbouring parts of one expression as one part.
  private static func adjoined(_ lower: Part, _ upper: Part) -> Part? {
    guard case .bits(let source, let low, _) = upper.expression else { return nil }
    switch lower.expression {
    case .bits(source, let lowerLow, let lowerWidth) where lowerLow + lowerWidth == low:
      return Part(
        expression: bits(source, low: lowerLow, width: lowerWidth + upper.width),
        shift: lower.shift, width: lowerWidth + upper.width)
    default: return nil
    }
  }

  /// The runs of bits that are 1.
  static func runs(of value: UInt64) -> [Range<Int>] {
    var result: [Range<Int>] = []
    var bit = 0
    while bit < 64, value >> UInt64(bit) != 0 {
      bit += (value >> UInt64(bit)).trailingZeroBitCount
      let start = bit
      while bit < 64, value >> UInt64(bit) & 1 == 1 { bit += 1 }
      result.append(start..<bit)
    }
    return result
  }

  /// The parts that an expression consists of: of a constant the runs of bits that are 1; what is not joined is one part.
  static func parts(_ expression: Expression) -> [Part] {
    if case .joined(let parts) = expression { return parts }
    if case .constant(let value) = expression {
      return runs(of: value).map {
        Part(expression: .constant(mask($0.count)), shift: $0.lowerBound, width: $0.count)
      }
    }
    return [Part(expression: expression, shift: 0, width: expression.width)]
  }

  /// An operation, its operands in the order of their texts where the order is free.
  public static func compute(
    _ operation: Operator, _ left: Expression, _ right: Expression
  ) -> Expression {
    if case .constant(let a) = left, case .constant(let b) = right {
      return .constant(operation.apply(a, b))
    }
    if operation.isCommutative {
      // A constant stands on the right, otherwise the wider operand on the left, otherwise the texts decide.
      if case .constant = left { return .operation(operation, right, left) }
      if case .constant = right { return .operation(operation, left, right) }
      // A pointer stands before what is added to it.
      if (-right.width, right.description) < (-left.width, left.description) {
        return .operation(operation, right, left)
      }
    }
    return .operation(operation, left, right)
  }

  /// The lower `from` bits with their sign repeated, normalised.
  public static func signExtend(_ expression: Expression, from: Int) -> Expression {
    guard from < 64 else { return expression }
    let lower = bits(expression, low: 0, width: from)
    if case .constant(let value) = lower {
      return .constant(UInt64(bitPattern: Int64(bitPattern: value << UInt64(64 - from)) >> (64 - from)))
    }
    return lower.width < from ? lower : .signExtended(lower, from: from)
  }

  /// `width` bits that are 1.
  static func mask(_ width: Int) -> UInt64 {
    width >= 64 ? .max : (1 << UInt64(max(0, width))) - 1
  }
}

extension Expression.Operator {
  /// What BPF's instruction computes.
  func apply(_ a: UInt64, _ b: UInt64) -> UInt64 {
    switch self {
    case .add: a &+ b
    case .subtract: a &- b
    case .multiply: a &* b
    case .divide: b == 0 ? 0 : a / b
    case .remainder: b == 0 ? a : a % b
    case .and: a & b
    case .or: a | b
    case .xor: a ^ b
    case .shiftLeft: a << (b & 63)
    case .shiftRight: a >> (b & 63)
    }
  }
}
