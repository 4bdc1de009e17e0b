/// A number of so many bits, without sign, as a term of one `Solver`.
public struct BitVector {
  let ast: OpaquePointer?
  public let width: Int
}

/// A statement, as a term of one `Solver`.
public struct Proposition {
  let ast: OpaquePointer?
}

/// An operation on two numbers of one width; all wrap around.
public enum BitVectorOperation: Sendable {
  case add, subtract, multiply, and, or, xor
  /// By 0: all bits 1. SMT-LIB leaves no operation without a result.
  case divide
  /// By 0: the dividend.
  case remainder
  /// By the width or more: 0.
  case shiftLeft, shiftRight
}

extension Solver {
  // MARK: - Numbers

  /// The variable of this name; the same one whenever name and width are the same.
  public func variable(_ name: String, width: Int) -> BitVector {
    guard let sort = sort(width), let symbol = z3.mk_string_symbol(context, name) else {
      return BitVector(ast: nil, width: width)
    }
    return BitVector(ast: z3.mk_const(context, symbol, sort), width: width)
  }

  public func constant(_ value: UInt64, width: Int) -> BitVector {
    guard let sort = sort(width) else { return BitVector(ast: nil, width: width) }
    return BitVector(ast: z3.mk_unsigned_int64(context, value, sort), width: width)
  }

  /// The `width` bits from `low` on.
  public func bits(_ source: BitVector, low: Int, width: Int) -> BitVector {
    if low == 0, width == source.width { return source }
    guard let ast = source.ast, low >= 0, width > 0, low + width <= source.width else {
      return BitVector(ast: nil, width: width)
    }
    return BitVector(ast: z3.mk_extract(context, UInt32(low + width - 1), UInt32(low), ast), width: width)
  }

  /// Wider, with zeroes above.
  public func zeroExtended(_ source: BitVector, to width: Int) -> BitVector {
    extended(source, to: width, z3.mk_zero_ext)
  }

  /// Wider, with the highest bit repeated.
  public func signExtended(_ source: BitVector, to width: Int) -> BitVector {
    extended(source, to: width, z3.mk_sign_ext)
  }

  private func extended(
    _ source: BitVector, to width: Int,
    _ extend: (OpaquePointer?, UInt32, OpaquePointer?) -> OpaquePointer?
  ) -> BitVector {
    if width == source.width { return source }
    guard let ast = source.ast, width > source.width else { return BitVector(ast: nil, width: width) }
    return BitVector(ast: extend(context, UInt32(width - source.width), ast), width: width)
  }

  public func compute(_ operation: BitVectorOperation, _ left: BitVector, _ right: BitVector) -> BitVector {
    guard let a = left.ast, let b = right.ast, left.width == right.width else {
      return BitVector(ast: nil, width: left.width)
    }
    let function =
      switch operation {
      case .add: z3.mk_bvadd
      case .subtract: z3.mk_bvsub
      case .multiply: z3.mk_bvmul
      case .divide: z3.mk_bvudiv
      case .remainder: z3.mk_bvurem
      case .and: z3.mk_bvand
      case .or: z3.mk_bvor
      case .xor: z3.mk_bvxor
      case .shiftLeft: z3.mk_bvshl
      case .shiftRight: z3.mk_bvlshr
      }
    return BitVector(ast: function(context, a, b), width: left.width)
  }

  public func choose(_ condition: Proposition, _ then: BitVector, _ otherwise: BitVector) -> BitVector {
    guard let test = condition.ast, let a = then.ast, let b = otherwise.ast, then.width == otherwise.width else {
      return BitVector(ast: nil, width: then.width)
    }
    return BitVector(ast: z3.mk_ite(context, test, a, b), width: then.width)
  }

  private func sort(_ width: Int) -> OpaquePointer? {
    (1...64).contains(width) ? z3.mk_bv_sort(context, UInt32(width)) : nil
  }

  // MARK: - Statements

  public func proposition(_ value: Bool) -> Proposition {
    Proposition(ast: value ? z3.mk_true(context) : z3.mk_false(context))
  }

  /// A statement that may hold or not.
  public func proposition(_ name: String) -> Proposition {
    guard let symbol = z3.mk_string_symbol(context, name), let sort = z3.mk_bool_sort(context) else {
      return Proposition(ast: nil)
    }
    return Proposition(ast: z3.mk_const(context, symbol, sort))
  }

  public func equal(_ left: BitVector, _ right: BitVector) -> Proposition { compare(left, right, z3.mk_eq) }
  public func less(_ left: BitVector, _ right: BitVector) -> Proposition { compare(left, right, z3.mk_bvult) }
  /// Of two numbers with sign.
  public func signedLess(_ left: BitVector, _ right: BitVector) -> Proposition { compare(left, right, z3.mk_bvslt) }

  private func compare(
    _ left: BitVector, _ right: BitVector,
    _ function: (OpaquePointer?, OpaquePointer?, OpaquePointer?) -> OpaquePointer?
  ) -> Proposition {
    guard let a = left.ast, let b = right.ast, left.width == right.width else { return Proposition(ast: nil) }
    return Proposition(ast: function(context, a, b))
  }

  public func not(_ statement: Proposition) -> Proposition {
    Proposition(ast: statement.ast.flatMap { z3.mk_not(context, $0) })
  }

  public func all(_ statements: [Proposition]) -> Proposition {
    combine(statements, ofNone: true, z3.mk_and)
  }

  public func any(_ statements: [Proposition]) -> Proposition {
    combine(statements, ofNone: false, z3.mk_or)
  }

  private func combine(
    _ statements: [Proposition], ofNone: Bool,
    _ function: (OpaquePointer?, UInt32, UnsafePointer<OpaquePointer?>?) -> OpaquePointer?
  ) -> Proposition {
    if statements.isEmpty { return proposition(ofNone) }
    if statements.count == 1 { return statements[0] }
    let asts = statements.map(\.ast)
    guard !asts.contains(nil) else { return Proposition(ast: nil) }
    return Proposition(ast: function(context, UInt32(asts.count), asts))
  }

  public func choose(_ condition: Proposition, _ then: Proposition, _ otherwise: Proposition) -> Proposition {
    guard let test = condition.ast, let a = then.ast, let b = otherwise.ast else { return Proposition(ast: nil) }
    return Proposition(ast: z3.mk_ite(context, test, a, b))
  }
}
