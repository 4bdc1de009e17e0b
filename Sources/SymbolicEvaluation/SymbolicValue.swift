/// A 64-bit value as bits of known origin: slices from the least significant bit up, 64 bits in all.
///
/// Moving bits about (loads, shifts by constants, masks, casts) is exact in this form, whatever the order of the
/// instructions; everything else becomes an operation over whole values.
struct SymbolicValue: Hashable {
  /// Adjacent slices of one origin are always one slice.
  let slices: [Slice]

  /// Consecutive bits of one origin.
  struct Slice: Hashable {
    let origin: Origin
    /// The first bit's number in the origin. For memory, a coordinate: see `Memory.coordinate`.
    let low: Int
    let width: Int
  }

  enum Origin: Hashable {
    /// Zero bits, or bits of this constant.
    case constant(UInt64)
    case memory(ObjectID)
    /// The value to be stored.
    case value
    /// A register before the access.
    case register(UInt8)
    /// The pointer to the context.
    case context
    case operation(OperationID)
    /// Copies of the bit `bit` of another origin: a sign.
    case copies(CopiedBit)
  }

  /// The bit that a sign extension repeats.
  final class CopiedBit: Hashable {
    let origin: Origin
    let bit: Int

    init(origin: Origin, bit: Int) {
      self.origin = origin
      self.bit = bit
    }

    static func == (left: CopiedBit, right: CopiedBit) -> Bool {
      left.origin == right.origin && left.bit == right.bit
    }

    func hash(into hasher: inout Hasher) {
      hasher.combine(origin)
      hasher.combine(bit)
    }
  }

  /// An object in memory: an index into the evaluator's list.
  struct ObjectID: Hashable { let number: Int }

  /// An operation: an index into the evaluator's list.
  struct OperationID: Hashable { let number: Int }

  /// Puts slices together, adjacent ones of one origin as one.
  init(_ slices: some Sequence<Slice>) {
    var merged: [Slice] = []
    merged.reserveCapacity(4)
    for slice in slices where slice.width > 0 {
      if let last = merged.last, let joint = Self.merge(last, slice) {
        merged[merged.count - 1] = joint
      } else {
        merged.append(slice)
      }
    }
    self.slices = merged
  }

  private static func merge(_ lower: Slice, _ upper: Slice) -> Slice? {
    switch (lower.origin, upper.origin) {
    case (.constant(let a), .constant(let b)):
      let value = a | (lower.width >= 64 ? 0 : b << UInt64(lower.width))
      return Slice(origin: .constant(value), low: 0, width: lower.width + upper.width)
    case (.copies(let a), .copies(let b)) where a == b:
      return Slice(origin: lower.origin, low: 0, width: lower.width + upper.width)
    case (let a, let b) where a == b && lower.low + lower.width == upper.low:
      return Slice(origin: a, low: lower.low, width: lower.width + upper.width)
    default: return nil
    }
  }

  static func constant(_ value: UInt64) -> SymbolicValue {
    SymbolicValue([Slice(origin: .constant(value), low: 0, width: 64)])
  }

  /// All 64 bits of `origin`.
  static func whole(_ origin: Origin) -> SymbolicValue {
    SymbolicValue([Slice(origin: origin, low: 0, width: 64)])
  }

  /// The value, when all bits are known.
  var constant: UInt64? {
    guard slices.count == 1, case .constant(let value) = slices[0].origin else { return nil }
    return value
  }

  // MARK: - Moving bits

  /// The `width` bits from `low` on.
  func bits(_ low: Int, _ width: Int) -> [Slice] {
    var result: [Slice] = []
    var position = 0
    for slice in slices {
      let start = max(position, low)
      let end = min(position + slice.width, low + width)
      if start < end { result.append(Self.part(of: slice, start - position, end - start)) }
      position += slice.width
      if position >= low + width { break }
    }
    return result
  }

  /// A part of a slice.
  static func part(of slice: Slice, _ offset: Int, _ width: Int) -> Slice {
    switch slice.origin {
    case .constant(let value):
      Slice(origin: .constant(value >> UInt64(offset) & mask(width)), low: 0, width: width)
    case .copies: Slice(origin: slice.origin, low: 0, width: width)
    default: Slice(origin: slice.origin, low: slice.low + offset, width: width)
    }
  }

  static func mask(_ width: Int) -> UInt64 { width >= 64 ? .max : (1 << UInt64(width)) - 1 }

  private static func zeroes(_ width: Int) -> Slice {
    Slice(origin: .constant(0), low: 0, width: width)
  }

  /// The lower `width` bits, zeroes above.
  func truncated(_ width: Int) -> SymbolicValue {
    width >= 64 ? self : SymbolicValue(bits(0, width) + [Self.zeroes(64 - width)])
  }

  func shiftedLeft(_ amount: Int) -> SymbolicValue {
    SymbolicValue([Self.zeroes(amount)] + bits(0, 64 - amount))
  }

  func shiftedRight(_ amount: Int) -> SymbolicValue {
    SymbolicValue(bits(amount, 64 - amount) + [Self.zeroes(amount)])
  }

  /// The lower `width` bits, the highest of them repeated.
  func signExtended(from width: Int) -> SymbolicValue {
    guard width < 64, let sign = bits(width - 1, 1).first else { return self }
    let upper: Slice
    switch sign.origin {
    case .constant(let bit):
      upper = Slice(
        origin: .constant(bit == 0 ? 0 : Self.mask(64 - width)), low: 0, width: 64 - width)
    case .copies: upper = Slice(origin: sign.origin, low: 0, width: 64 - width)
    default:
      upper = Slice(
        origin: .copies(CopiedBit(origin: sign.origin, bit: sign.low)), low: 0, width: 64 - width)
    }
    return SymbolicValue(bits(0, width) + [upper])
  }

  /// The bytes of the lower `width` bits in reverse order, zeroes above.
  func byteSwapped(_ width: Int) -> SymbolicValue {
    let bytes = stride(from: width - 8, through: 0, by: -8).flatMap { bits($0, 8) }
    return SymbolicValue(width < 64 ? bytes + [Self.zeroes(64 - width)] : bytes)
  }

  /// Both values cut at the same places: pairs of slices of one width.
  func aligned(with other: SymbolicValue) -> [(Slice, Slice)] {
    var result: [(Slice, Slice)] = []
    var position = 0
    var left = 0
    var right = 0
    var leftStart = 0
    var rightStart = 0
    while position < 64 {
      let a = slices[left]
      let b = other.slices[right]
      let end = min(leftStart + a.width, rightStart + b.width)
      result.append(
        (
          Self.part(of: a, position - leftStart, end - position),
          Self.part(of: b, position - rightStart, end - position)
        ))
      position = end
      if leftStart + a.width == end {
        leftStart = end
        left += 1
      }
      if rightStart + b.width == end {
        rightStart = end
        right += 1
      }
    }
    return result
  }
}
