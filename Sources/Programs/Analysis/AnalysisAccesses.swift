import BPF

extension Analysis {
  /// `ld_imm64`, and loads from the packet, which go through no pointer of the program.
  func load(_ instruction: Instruction, _ number: Int, _ state: inout State) -> Int {
    guard instruction.isLongLoad else {
      state.clobber()
      return number + 1
    }
    state[instruction.destination] = loaded(instruction, number)
    return number + 2
  }

  private func loaded(_ instruction: Instruction, _ number: Int) -> Value {
    if relocations[number] != nil { return .answer(relocation: number, steps: []) }
    switch program.references[number] {
    case .function(let start): return .function(start)
    case .map(let kind): return .map(kind)
    case .constants(let section, let offset): return .constants(section: section, offset: offset)
    case .other: return .unknown
    case .absent: return .untold
    case nil: break
    }
    if program.foreign.contains(number) { return .untold }
    guard instruction.source == 0, number + 1 < program.instructions.count else {
      return .unknown
    }
    let high = UInt64(UInt32(bitPattern: program.instructions[number + 1].immediate))
    return .constant(high << 32 | UInt64(UInt32(bitPattern: instruction.immediate)))
  }

  /// A load or store through a register.
  mutating func access(_ instruction: Instruction, _ number: Int, _ state: inout State) {
    let kind = UseKind(instruction)
    let isRead = instruction.instructionClass == .loadRegister || instruction.isAtomicLoad
    let register = isRead ? instruction.source : instruction.destination
    let base = state[register]
    if case .pointer(let pointer) = base { record(instruction, number, kind, pointer, register, state) }
    switch instruction.instructionClass {
    case .loadRegister: state[instruction.destination] = read(instruction, number, base, state)
    case .store: write(.constant(UInt64(bitPattern: Int64(instruction.immediate))), instruction, base, &state)
    default:
      if kind != .atomic {
        write(state[instruction.source], instruction, base, &state)
      } else {
        write(.unknown, instruction, base, &state)
        if instruction.isAtomicLoad {
          state[instruction.destination] = .unknown
        } else if instruction.immediate == 0xf1 {
          state[0] = .unknown
        } else if instruction.immediate & 1 != 0 {
          state[instruction.source] = .unknown
        }
      }
    }
  }

  private mutating func record(
    _ instruction: Instruction, _ number: Int, _ kind: UseKind, _ pointer: ConvertedPointer, _ register: UInt8, _ state: State
  ) {
    // The answer to a relocation is in the pointer or in the instruction; that both have one can't be told.
    let own = relocations[number].flatMap { $0.kind == .byteOffset ? $0 : nil }
    let pointed = pointer.relocation.flatMap { relocations[$0] }
    let added = own != nil && pointed != nil ? nil : pointer.offset.flatMap { $0.adding(pointed) }
    var use = Use(
      instruction: number, base: pointer.base, field: pointer.field, kind: kind,
      offset: added.map { $0 + Int(instruction.offset) }, size: instruction.accessSize,
      added: added ?? 0, baseRegister: register,
      valueRegister: instruction.instructionClass == .store
        ? nil : register == instruction.source ? instruction.destination : instruction.source,
      immediate: instruction.instructionClass == .store ? instruction.immediate : nil,
      relocation: added == nil ? nil : own ?? pointed, line: program.lines[number])
    use.relocatesPointer = use.relocation != nil && own == nil
    if let structure = use.base.structure(program.kind) {
      let name = use.relocation?.path ?? use.offset.flatMap { program.fields.name(in: structure, at: $0) }
      use.name = name.map { "\(structure).\($0)" }
    }
    found[use, default: []].join(state.guards)
  }

  private func read(_ instruction: Instruction, _ number: Int, _ base: Value, _ state: State) -> Value {
    let size = instruction.accessSize
    var value = Value.unknown
    // What is read is as wide as the read.
    let unknown = instruction.mode == AccessMode.memory ? Value.number(bits: size * 8) : .unknown
    switch base {
    case .pointer(let pointer):
      guard pointer.base == .context, size == 8, instruction.mode == AccessMode.memory, let added = pointer.offset else {
        return unknown
      }
      return ContextPointers.pointer(
        in: program.kind?.context, at: added + Int(instruction.offset), origin: number
      ).map(Value.pointer) ?? unknown
    case .stack(let frame, let start?):
      guard state.frames.indices.contains(frame) else { return unknown }
      value = state.frames[frame].load(
        at: start + Int(instruction.offset), size: size, isLittle: program.byteOrder == .little)
    case .constants(let section, let start): value = constant(section, start + Int(instruction.offset), size)
    // An option of the configuration.
    case .untold: return .untold
    default: return unknown
    }
    guard case .constant(let number) = value else {
      if case .narrow = value, instruction.mode == AccessMode.memory { return value }
      return size == 8 && value != .unknown ? value : unknown
    }
    return instruction.mode == AccessMode.memorySignExtended
      ? Scalar.extended(number, from: size * 8).map(Value.constant) ?? .unknown : value
  }

  /// A number of a section that nobody can change once the program is loaded (`bpf_map_direct_read`,
  /// kernel/bpf/verifier.c), as the file has it.
  private func constant(_ section: Int, _ offset: Int, _ size: Int) -> Value {
    guard let bytes = program.constants[section], offset >= 0, offset <= bytes.count - size else { return .unknown }
    var value: UInt64 = 0
    for index in 0..<size {
      let place = program.byteOrder == .big ? offset + index : offset + size - 1 - index
      guard let byte: UInt8 = try? bytes.integer(at: place, program.byteOrder) else { return .unknown }
      value = value << 8 | UInt64(byte)
    }
    return .constant(value)
  }

  private func write(_ value: Value, _ instruction: Instruction, _ base: Value, _ state: inout State) {
    guard case .stack(let frame, let start) = base, state.frames.indices.contains(frame) else { return }
    guard let start else {
      state.frames[frame].forgetNumbers(from: nil)
      return
    }
    let size = instruction.accessSize
    var value = value
    if case .constant(let number) = value { value = .constant(number & (UInt64.max >> UInt64(64 - 8 * size))) }
    if case .answer = value, size < 8 { value = .unknown }
    if case .narrow(let bits) = value { value = .number(bits: min(bits, size * 8)) }
    state.frames[frame].store(value, at: start + Int(instruction.offset), size: size)
  }
}

extension Int {
  /// What was added to a pointer, with what the compiler put where a relocation's answer goes; nil where that is too much.
  fileprivate func adding(_ relocation: CoreRelocation?) -> Int? {
    guard let relocation else { return self }
    return (-(1 << 29)...(1 << 29)).contains(relocation.compiled) ? self + Int(relocation.compiled) : nil
  }
}

extension UseKind {
  /// The kind of a load or store.
  init(_ instruction: Instruction) {
    switch instruction.instructionClass {
    case .loadRegister: self = instruction.mode == AccessMode.memorySignExtended ? .readSignExtending : .read
    case .store: self = .writeImmediate
    default: self = instruction.mode == OtherMode.atomic ? .atomic : .write
    }
  }
}

extension Instruction {
  /// `BPF_LOAD_ACQ`: the one atomic that reads through the source register.
  var isAtomicLoad: Bool { instructionClass == .storeRegister && mode == OtherMode.atomic && immediate == 0x100 }
}
