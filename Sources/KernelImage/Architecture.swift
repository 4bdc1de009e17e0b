import ByteReading

/// A processor architecture whose kernels can be audited.
public enum Architecture: String, Sendable, Hashable, CaseIterable {
  case x86_64, arm64, riscv64, s390x

  /// The architecture that this program runs on, where it is one that can be audited.
  public static var host: Architecture? {
    #if arch(x86_64)
      .x86_64
    #elseif arch(arm64)
      .arm64
    #elseif arch(riscv64)
      .riscv64
    #elseif arch(s390x)
      .s390x
    #else
      nil
    #endif
  }

  /// The architecture of an ELF header's `e_machine`, where it is one that can be audited.
  public init?(elfMachine: UInt16) {
    switch elfMachine {
    case 62: self = .x86_64
    case 183: self = .arm64
    case 243: self = .riscv64
    case 22: self = .s390x
    default: return nil
    }
  }

  /// The byte order of this architecture's kernels.
  public var byteOrder: ByteOrder { self == .s390x ? .big : .little }

  /// The dynamic relocation that means "this word is the base plus the addend" (`R_*_RELATIVE`).
  var relativeRelocation: UInt32 {
    switch self {
    case .x86_64: 8
    case .arm64: 1027
    case .riscv64: 3
    case .s390x: 12
    }
  }
}
