/// What a register or a stack slot holds, as far as it matters for accesses to contexts.
enum Value: Hashable {
  /// A number of which nothing is known, or a pointer whose accesses are not converted.
  case unknown
  case constant(UInt64)
  /// A number of so many bits, fewer than 64, the others 0.
  case narrow(bits: Int)
  /// What a build answers to the CO-RE relocation of an instruction, and what was computed of it.
  case answer(relocation: Int, steps: [ScalarStep])
  case pointer(ConvertedPointer)
  /// What no snapshot tells: a relocation of a kernel type, an option of the configuration, the address of a function that a
  /// build may have; and what was computed of it.
  case untold
  /// A place in the stack of a frame; nil for one that can't be told.
  case stack(frame: Int, offset: Int?)
  /// A place in a section of constant data.
  case constants(section: Int, offset: Int)
  case map(MapKind)
  /// A function, by the number of its first instruction.
  case function(Int)

  /// Whether it is lost where nothing is known of a value: what is accessed hangs on it.
  var matters: Bool {
    switch self {
    case .unknown, .constant, .narrow, .answer, .untold, .constants: false
    case .map(let kind): kind != .values
    case .pointer, .stack, .function: true
    }
  }

  /// Whether everything that can happen with `other` can happen with this.
  func covers(_ other: Value) -> Bool {
    if self == other { return true }
    switch (self, other) {
    case (.unknown, _): return !other.matters
    case (.narrow(let bits), _): return other.bits.map { $0 <= bits } ?? false
    case (.pointer(let mine), .pointer(let its)): return mine.covers(its)
    case (.stack(let frame, nil), .stack(let itsFrame, _)): return frame == itsFrame
    default: return false
    }
  }

  /// How many bits of a number may be set; nil where that is not known.
  var bits: Int? {
    switch self {
    case .constant(let number): 64 - number.leadingZeroBitCount
    case .narrow(let bits): bits
    default: nil
    }
  }

  /// A number that has no bits but the lowest `bits`.
  static func number(bits: Int) -> Value { bits < 64 ? .narrow(bits: bits) : .unknown }

  /// A value that covers both.
  func joined(_ other: Value) -> Value {
    if let mine = bits, let its = other.bits { return self == other ? self : .number(bits: max(mine, its)) }
    if covers(other) { return self }
    if other.covers(self) { return other }
    switch (self, other) {
    case (.pointer(let mine), .pointer(let its)): return .pointer(mine.joined(its))
    // A pointer on one way and something else on another: that it is one counts, where to can't be told.
    case (.pointer(let pointer), _), (_, .pointer(let pointer)): return .pointer(pointer.somewhere)
    case (.stack(let frame, _), .stack(let itsFrame, _)): return .stack(frame: max(frame, itsFrame), offset: nil)
    case (.stack, _): return self
    case (_, .stack): return other
    case (.function, _), (.map, _): return matters ? self : other
    case (_, .function), (_, .map): return other.matters ? other : self
    default: return .unknown
    }
  }
}

/// A pointer whose accesses the verifier converts.
struct ConvertedPointer: Hashable {
  var base: UseBase
  /// The offset of the context's field that it was read from.
  var field: Int?
  var mayBeNull = false
  /// The instruction that it comes from: copies of one pointer are NULL together.
  var origin = 0
  /// What was added to it in bytes; nil where that can't be told.
  var offset: Int? = 0
  /// The instruction whose CO-RE relocation is part of the offset.
  var relocation: Int?

  var somewhere: ConvertedPointer {
    var result = self
    (result.offset, result.relocation) = (nil, nil)
    return result
  }

  func covers(_ other: ConvertedPointer) -> Bool { offset == nil ? self == other.somewhere : self == other }

  func joined(_ other: ConvertedPointer) -> ConvertedPointer {
    // The context counts most: all programs have it.
    if base != other.base { return (other.base == .context ? other : self).somewhere }
    var result = offset == other.offset && relocation == other.relocation ? self : somewhere
    result.mayBeNull = mayBeNull || other.mayBeNull
    result.origin = min(origin, other.origin)
    result.field = field == other.field ? field : nil
    return result
  }
}
