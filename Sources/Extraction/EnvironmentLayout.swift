import BPF
import Emulation
import TypeGraph

/// Where the verifier keeps what `check_mem_access` looks at, from the build's own types: the program, its callbacks, and a
/// register that holds the context.
struct EnvironmentLayout {
  /// `struct bpf_verifier_env`: its size in bytes, and the offsets of its members.
  private let size: Int
  private let program: Int
  private let operations: Int
  private let currentState: Int
  private let instructionData: Int
  /// The size of `struct bpf_verifier_state`, and where it names its first frame.
  private let stateSize: Int
  private let frames: Int
  /// The size of `struct bpf_func_state`, and where register 1 is in it.
  private let frameSize: Int
  private let register: Int
  private let registerType: Int
  private let instructionDataSize: Int
  /// Where the register says what was added to the pointer, with the sizes in bytes.
  private let added: [(offset: Int, size: Int)]
  private let contextPointer: UInt32
  private let parameters: [Parameter]

  /// What `check_mem_access` takes.
  private enum Parameter {
    case environment, offset, size, access
    /// The register, by its number, by its place, and as messages name it.
    case registerNumber, register, registerName
    /// No register takes the value.
    case noRegister
    /// The number of the instruction, and what is not wanted.
    case zero
  }

  private static let known: [[Parameter]] = [
    [.environment, .zero, .registerNumber, .offset, .size, .access, .noRegister, .zero],
    [.environment, .zero, .registerNumber, .offset, .size, .access, .noRegister, .zero, .zero],
    [.environment, .zero, .register, .registerName, .offset, .size, .access, .noRegister, .zero, .zero],
  ]

  init(_ types: TypeGraph, _ names: VerifierNames) throws(ExtractionError) {
    let lookup = LayoutLookup(types: types)
    let environment = try lookup.composite("bpf_verifier_env")
    func place(_ name: String) throws(ExtractionError) -> Int {
      try lookup.member(name, of: environment, "bpf_verifier_env").byteOffset
    }
    size = try lookup.size(of: environment, "bpf_verifier_env", limit: ScratchLayout.environmentLimit)
    (program, operations) = (try place("prog"), try place("ops"))
    (currentState, instructionData) = (try place("cur_state"), try place("insn_aux_data"))
    let state = try lookup.composite("bpf_verifier_state")
    stateSize = try lookup.size(of: state, "bpf_verifier_state", limit: ScratchLayout.stateLimit)
    frames = try lookup.member("frame", of: state, "bpf_verifier_state").byteOffset
    let frame = try lookup.composite("bpf_func_state")
    frameSize = try lookup.size(of: frame, "bpf_func_state", limit: ScratchLayout.frameLimit)
    let one = try lookup.composite("bpf_reg_state")
    let oneSize = try lookup.size(of: one, "bpf_reg_state", limit: ScratchLayout.frameLimit / 16)
    register = try lookup.member("regs", of: frame, "bpf_func_state").byteOffset + oneSize
    registerType = try lookup.member("type", of: one, "bpf_reg_state").byteOffset
    instructionDataSize = try lookup.size(
      of: try lookup.composite("bpf_insn_aux_data"), "bpf_insn_aux_data", limit: ScratchLayout.instructionDataLimit)
    added = try Self.added(lookup, one)
    guard let type = names.registerTypes.value(of: "PTR_TO_CTX") else { throw .types("enum bpf_reg_type lacks PTR_TO_CTX") }
    contextPointer = type
    parameters = try Self.parameters(types)
    guard [program, operations, currentState, instructionData].allSatisfy({ $0 <= size - 8 }), frames <= stateSize - 8,
      register <= frameSize - oneSize, ([(registerType, 4)] + added).allSatisfy({ $0.0 <= oneSize - $0.1 })
    else { throw .types("a structure of the verifier has a member behind its end") }
  }

  /// A register has a member for what was added to a pointer; or it keeps it as the value that it would have as a number,
  /// with the bounds of that (`struct bpf_reg_state`, include/linux/bpf_verifier.h).
  private static func added(
    _ lookup: LayoutLookup, _ register: TypeID
  ) throws(ExtractionError) -> [(offset: Int, size: Int)] {
    if let own = try lookup.optionalMember("off", of: register) { return [(own.byteOffset, 4)] }
    var result: [(offset: Int, size: Int)] = []
    for path in [["var_off", "value"], ["r64", "base"]] + ["smin", "smax", "umin", "umax"].map({ ["\($0)_value"] }) {
      if let place = try lookup.place(path, in: register) { result.append((place, 8)) }
    }
    for path in [["r32", "base"]] + ["s32_min", "s32_max", "u32_min", "u32_max"].map({ ["\($0)_value"] }) {
      if let place = try lookup.place(path, in: register) { result.append((place, 4)) }
    }
    guard try lookup.place(["var_off", "value"], in: register) != nil else {
      throw .types("struct bpf_reg_state does not say what was added to a pointer")
    }
    return result
  }

  private static func parameters(_ types: TypeGraph) throws(ExtractionError) -> [Parameter] {
    do throws(TypeError) {
      guard let function = try types.source.function(named: "check_mem_access") else {
        throw .malformed("the debug information has no check_mem_access")
      }
      for known in Self.known where known.count == function.parameters.count {
        var agrees = true
        for (parameter, type) in zip(known, function.parameters) where agrees { agrees = try matches(parameter, type, types) }
        if agrees { return known }
      }
      throw .malformed("check_mem_access takes arguments that ctxabi does not know")
    } catch { throw .typeGraph(error) }
  }

  private static func matches(_ parameter: Parameter, _ type: TypeID, _ types: TypeGraph) throws(TypeError) -> Bool {
    func points(to name: String) throws(TypeError) -> Bool {
      guard let target = try types.pointee(type) else { return false }
      return try types.composite(target)?.name == name
    }
    switch parameter {
    case .environment: return try points(to: "bpf_verifier_env")
    case .register: return try points(to: "bpf_reg_state")
    case .registerName: return try types.byteSize(of: type) == 4
    case .access: if case .enumeration = try types.strippedNode(type) { return true }
    case .offset, .size, .registerNumber, .noRegister, .zero: if case .integer = try types.strippedNode(type) { return true }
    }
    return false
  }

  /// Writes a verifier that looks at an instruction whose register 1 holds the context and `number`.
  func write(operations table: UInt64, added number: Int, to scratch: ScratchMemory) {
    let start = scratch.address
    scratch.clear(at: ScratchLayout.environment, count: size)
    scratch.clear(at: ScratchLayout.state, count: stateSize)
    scratch.clear(at: ScratchLayout.frame, count: frameSize)
    scratch.clear(at: ScratchLayout.instructionData, count: instructionDataSize)
    for (place, value) in [
      (program, start + UInt64(ScratchLayout.program)), (operations, table),
      (currentState, start + UInt64(ScratchLayout.state)), (instructionData, start + UInt64(ScratchLayout.instructionData)),
    ] { scratch.store(value, at: ScratchLayout.environment + place) }
    scratch.store(start + UInt64(ScratchLayout.frame), at: ScratchLayout.state + frames)
    let register = ScratchLayout.frame + register
    scratch.store(contextPointer, at: register + registerType)
    for (place, size) in added {
      if size == 8 {
        scratch.store(Int64(number), at: register + place)
      } else {
        scratch.store(Int32(truncatingIfNeeded: number), at: register + place)
      }
    }
  }

  /// The arguments of `check_mem_access`, for scratch memory at the address `start`.
  func arguments(_ start: UInt64, offset: Int, size: Int, _ access: UInt64) -> [UInt64] {
    parameters.map { parameter in
      switch parameter {
      case .environment: start + UInt64(ScratchLayout.environment)
      case .register: start + UInt64(ScratchLayout.frame + register)
      case .registerNumber, .registerName: 1
      case .offset: UInt64(bitPattern: Int64(offset))
      case .size: UInt64(Instruction.sizeBits(size))
      case .access: access
      case .noRegister: UInt64(bitPattern: -1)
      case .zero: 0
      }
    }
  }
}

extension LayoutLookup {
  /// Where the member at the end of a path starts, in bytes; nil where there is none.
  func place(_ path: [String], in type: TypeID) throws(ExtractionError) -> Int? {
    var (type, place) = (type, 0)
    for name in path {
      guard let member = try optionalMember(name, of: type) else { return nil }
      (type, place) = (member.type, place + member.byteOffset)
    }
    return place
  }
}
