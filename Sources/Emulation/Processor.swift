import CUnicorn
import KernelImage

/// How one architecture's processor is set up, and how its C functions are called: the part of its ABI that a call of a
/// function with integer arguments needs.
struct Processor {
  let architecture: uc_arch
  let mode: uc_mode
  let programCounter: Int32
  let stackPointer: Int32
  /// The registers of the first arguments, five at least; the others stand on the stack, eight bytes each.
  let arguments: [Int32]
  let result: Int32
  /// The register of the second half of a structure of 16 bytes; nil where such are returned in memory.
  let secondResult: Int32?
  /// The register that holds the return address; nil where the call instruction pushes it on the stack.
  let link: Int32?
  /// The room that a caller leaves above its stack pointer for the called function (the register save area of s390x).
  let callerArea: Int

  init(_ architecture: Architecture) {
    switch architecture {
    case .x86_64: self = .x86_64
    case .arm64: self = .arm64
    case .riscv64: self = .riscv64
    case .s390x: self = .s390x
    }
  }

  private init(
    architecture: uc_arch, mode: uc_mode, programCounter: Int32, stackPointer: Int32,
    arguments: [Int32], result: Int32, secondResult: Int32?, link: Int32?,
    callerArea: Int
  ) {
    self.architecture = architecture
    self.mode = mode
    self.programCounter = programCounter
    self.stackPointer = stackPointer
    self.arguments = arguments
    self.result = result
    self.secondResult = secondResult
    self.link = link
    self.callerArea = callerArea
  }

  private static let x86_64 = Processor(
    architecture: UC_ARCH_X86, mode: UC_MODE_64,
    programCounter: number(UC_X86_REG_RIP), stackPointer: number(UC_X86_REG_RSP),
    arguments: [
      UC_X86_REG_RDI, UC_X86_REG_RSI, UC_X86_REG_RDX, UC_X86_REG_RCX, UC_X86_REG_R8, UC_X86_REG_R9,
    ].map(number),
    result: number(UC_X86_REG_RAX), secondResult: number(UC_X86_REG_RDX), link: nil, callerArea: 0)

  private static let arm64 = Processor(
    architecture: UC_ARCH_ARM64, mode: UC_MODE_ARM,
    programCounter: number(UC_ARM64_REG_PC), stackPointer: number(UC_ARM64_REG_SP),
    arguments: [
      UC_ARM64_REG_X0, UC_ARM64_REG_X1, UC_ARM64_REG_X2, UC_ARM64_REG_X3, UC_ARM64_REG_X4,
      UC_ARM64_REG_X5, UC_ARM64_REG_X6, UC_ARM64_REG_X7,
    ].map(number),
    result: number(UC_ARM64_REG_X0), secondResult: number(UC_ARM64_REG_X1), link: number(UC_ARM64_REG_X30), callerArea: 0)

  private static let riscv64 = Processor(
    architecture: UC_ARCH_RISCV, mode: UC_MODE_RISCV64,
    programCounter: number(UC_RISCV_REG_PC), stackPointer: number(UC_RISCV_REG_X2),
    arguments: [
      UC_RISCV_REG_X10, UC_RISCV_REG_X11, UC_RISCV_REG_X12, UC_RISCV_REG_X13, UC_RISCV_REG_X14,
      UC_RISCV_REG_X15, UC_RISCV_REG_X16, UC_RISCV_REG_X17,
    ].map(number),
    result: number(UC_RISCV_REG_X10), secondResult: number(UC_RISCV_REG_X11), link: number(UC_RISCV_REG_X1), callerArea: 0)

  private static let s390x = Processor(
    architecture: UC_ARCH_S390X, mode: UC_MODE_BIG_ENDIAN,
    programCounter: number(UC_S390X_REG_PC), stackPointer: number(UC_S390X_REG_R15),
    arguments: [UC_S390X_REG_R2, UC_S390X_REG_R3, UC_S390X_REG_R4, UC_S390X_REG_R5, UC_S390X_REG_R6]
      .map(number),
    result: number(UC_S390X_REG_R2), secondResult: nil, link: number(UC_S390X_REG_R14), callerArea: 160)

  private static func number(_ register: some RawRepresentable<UInt32>) -> Int32 {
    Int32(register.rawValue)
  }

  /// The registers that kernel code expects to hold something before any function runs.
  ///
  /// - Parameter threadArea: zeroed memory that stands for the current task and the processor's own data.
  /// - Parameter globalPointer: riscv64's `__global_pointer$`, where the kernel was linked with one.
  static func initialRegisters(
    _ architecture: Architecture, threadArea: UInt64, perProcessorDataIsZeroBased: Bool,
    globalPointer: UInt64?
  ) -> [(register: Int32, value: UInt64)] {
    switch architecture {
    case .x86_64:
      // %gs points to the processor's own data: zero-based up to 6.14, an offset from the section's addresses since.
      return [(number(UC_X86_REG_GS_BASE), perProcessorDataIsZeroBased ? threadArea : 0)]
    case .arm64:
      // SP_EL0 holds the current task (its stack canary is read from there), x18 a shadow call stack.
      return [
        (number(UC_ARM64_REG_SP_EL0), threadArea), (number(UC_ARM64_REG_X18), threadArea + 0x8000),
      ]
    case .riscv64:
      // tp holds the current task; gp the global pointer, or a shadow call stack in kernels built with one.
      return [
        (number(UC_RISCV_REG_X4), threadArea),
        (number(UC_RISCV_REG_X3), globalPointer ?? threadArea + 0x8000),
      ]
    case .s390x:
      // The extended and basic addressing bits: 64-bit addresses (z/Architecture Principles of Operation, PSW).
      return [(number(UC_S390X_REG_PSWM), 0x1_8000_0000)]
    }
  }
}
