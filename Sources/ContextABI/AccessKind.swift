/// A way to access a context.
public enum AccessKind: String, Sendable, Hashable, CaseIterable, Comparable {
  /// `BPF_LDX | BPF_MEM`
  case read
  /// `BPF_LDX | BPF_MEMSX`
  case readSignExtending = "readsx"
  /// `BPF_STX | BPF_MEM`
  case write
  /// `BPF_ST | BPF_MEM`
  case writeImmediate = "writeimm"

  public var isWrite: Bool { self == .write || self == .writeImmediate }

  private var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }

  public static func < (left: AccessKind, right: AccessKind) -> Bool { left.order < right.order }
}

/// A choice of the registers of an access: which one holds the context, and which one the value.
///
/// A conversion may need a scratch register and picks one that the access does not use, so the choice can matter.
public enum AccessRegisters: String, Sendable, Hashable, CaseIterable, Comparable {
  /// `r1` and `r2`
  case different = "diff"
  /// `r1` for both
  case same
  /// `r6` and `r9`
  case high = "r9"
  /// `r8` and `r9`
  case highest = "r8r9"

  public static func < (left: AccessRegisters, right: AccessRegisters) -> Bool {
    (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
  }

  public var base: UInt8 {
    switch self {
    case .different, .same: 1
    case .high: 6
    case .highest: 8
    }
  }

  public var value: UInt8 {
    switch self {
    case .different: 2
    case .same: 1
    case .high, .highest: 9
    }
  }
}
