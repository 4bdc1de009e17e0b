import BPF
import ByteReading
import ContextABI
import Emulation
import KernelImage

/// Treats an access as the verifier does: asks the callbacks, and puts together what replaces it.
///
/// The corresponding kernel functions are `check_ctx_access` and `convert_ctx_accesses` (kernel/bpf/verifier.c).
final class AccessProbe {
  /// What is accessed: the callbacks, and what a program of this kind brings with it.
  struct Target {
    let isValidAccess: UInt64
    let convertAccess: UInt64?
    let type: UInt32
    let attachType: UInt32
    /// The pointer is a socket's: its callbacks take no program, and the verifier allows reads only
    /// (`check_sock_access`).
    let isSocketPointer: Bool
  }

  let callbacks: Callbacks
  /// Whether the kernel knows loads that extend the sign, and takes immediate stores to a context.
  let hasSignExtendingLoads: Bool
  let hasImmediateStores: Bool

  init(_ callbacks: Callbacks, _ image: KernelImage) {
    self.callbacks = callbacks
    // BPF_LDX | BPF_MEMSX | BPF_B (Documentation/bpf/standardization/instruction-set.rst)
    hasSignExtendingLoads =
      image.symbols.address(of: "bpf_opcode_in_insntable").map { function in
        ((try? callbacks.ask(function, 0x91)) ?? 0) & 0xff != 0
      } ?? false
    // check_mem_access of kernels before 6.4 refuses BPF_ST to a context with this message.
    hasImmediateStores = !image.memory.contains("BPF_ST stores into R")
  }

  /// The kinds of access that this kernel has.
  var kinds: [AccessKind] {
    AccessKind.allCases.filter {
      switch $0 {
      case .read, .write: true
      case .readSignExtending: hasSignExtendingLoads
      case .writeImmediate: hasImmediateStores
      }
    }
  }

  /// What the verifier does with one access.
  func outcome(
    _ target: Target, state: Int, _ kind: AccessKind, offset: Int, size: Int,
    registers: AccessRegisters, immediate: Int32
  ) -> AccessOutcome {
    var program = Callbacks.Program(type: target.type, attachType: target.attachType, state: state)
    if target.isSocketPointer && kind.isWrite { return .rejected }
    let validity: Callbacks.Validity
    switch callbacks.validity(
      target.isValidAccess, program, offset: offset, size: size, isWrite: kind.isWrite,
      isSignExtending: kind == .readSignExtending, takesProgram: !target.isSocketPointer)
    {
    case .failure(let fault): return .hole(.fault(fault))
    case .success(let answer): validity = answer
    }
    guard validity.isValid else { return .rejected }
    let access = Instruction(kind, offset: offset, size: size, registers, immediate: immediate)
    guard let convert = target.convertAccess else {
      return .accepted(
        AcceptedAccess(
          registerType: validity.registerType, typeID: validity.typeID,
          needsPrivilege: validity.needsPrivilege, conversion: nil, kept: [access], narrowing: nil,
          signExtension: nil, value: registers.value, newState: validity.newState,
          marks: validity.marks, requirements: validity.requirements))
    }
    program.state = validity.newState ?? state
    return converted(access, kind, size, by: convert, program, validity)
  }

  /// The part of `convert_ctx_accesses` behind the choice of the function: a read of a part of a field is widened to the
  /// whole field before the call, and cut down to the part after it.
  private func converted(
    _ access: Instruction, _ kind: AccessKind, _ size: Int, by function: UInt64,
    _ program: Callbacks.Program, _ validity: Callbacks.Validity
  ) -> AccessOutcome {
    let offset = Int(access.offset)
    let fieldSize = validity.fieldSize
    var whole = access
    let isNarrow = size < fieldSize
    if isNarrow {
      guard !kind.isWrite else { return .misconfigured("a part of a field is written") }
      guard fieldSize & (fieldSize - 1) == 0, fieldSize <= 8 else {
        return .misconfigured("the field is \(fieldSize) bytes wide, which no load is")
      }
      whole.offset = Int16(truncatingIfNeeded: offset & ~(fieldSize - 1))
      whole.code = 0x01 | AccessMode.memory | Instruction.sizeBits(fieldSize)
    }
    let conversion: Callbacks.Converted
    switch callbacks.conversion(function, program, whole, isWrite: kind.isWrite) {
    case .failure(let fault): return .hole(.fault(fault))
    case .success(let answer): conversion = answer
    }
    guard conversion.count > 0 else { return .misconfigured("it is converted to no instruction") }
    guard conversion.count < callbacks.layout.conversionLimit else {
      return .misconfigured("it is converted to \(conversion.count) instructions")
    }
    guard fieldSize == 0 || conversion.targetSize > 0 else {
      return .misconfigured("the conversion tells no size for a field of \(fieldSize) bytes")
    }
    let narrowing =
      isNarrow && size < conversion.targetSize
      ? AcceptedAccess.Narrowing(
        shift: narrowingShift(offset: offset, size: size, fieldSize: fieldSize), width: size * 8,
        fieldSize: fieldSize) : nil
    return .accepted(
      AcceptedAccess(
        registerType: validity.registerType, typeID: validity.typeID,
        needsPrivilege: validity.needsPrivilege, conversion: conversion, kept: [],
        narrowing: narrowing, signExtension: kind == .readSignExtending ? size * 8 : nil,
        value: access.destination, newState: validity.newState,
        marks: Set(validity.marks + conversion.marks).sorted(), requirements: validity.requirements))
  }

  /// How far the wanted bytes of a field stand above its least significant one, in bits (`bpf_ctx_narrow_access_offset`,
  /// include/linux/filter.h).
  private func narrowingShift(offset: Int, size: Int, fieldSize: Int) -> Int {
    let inField = offset & (fieldSize - 1)
    return 8 * (callbacks.byteOrder == .little ? inField : fieldSize - (inField + size))
  }
}
