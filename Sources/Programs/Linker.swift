import BPF
import ByteReading

/// Puts a program and the subprograms that it calls together as libbpf does (`bpf_object__reloc_code` and
/// `bpf_object__append_subprog_code`, tools/lib/bpf/libbpf.c): each is appended where it is first called, and then what it
/// calls itself. So the instructions get the numbers that the verifier's log has.
struct Linker {
  /// More than any kernel takes (`BPF_COMPLEXITY_LIMIT_INSNS`).
  private static let instructionLimit = 1_000_000

  private let reader: ObjectReader
  private var result: CompiledProgram
  /// Where each function starts in the program, by its number.
  private var starts: [Int: Int] = [:]
  /// The functions that are being gone through: number, where they start, the next instruction.
  private var open: [(unit: Int, start: Int, next: Int)] = []

  init(_ reader: ObjectReader, kind: ProgramKind?, section: String) {
    self.reader = reader
    result = CompiledProgram(name: "", section: section, kind: kind, byteOrder: reader.elf.byteOrder)
    result.constants = reader.constants
    result.fields = reader.fields
  }

  /// The program whose own function is number `unit`.
  mutating func program(of unit: Int) throws(ProgramError) -> CompiledProgram {
    result.name = reader.units[unit].name
    try append(unit)
    while let last = open.last {
      guard last.next < reader.units[last.unit].count else {
        open.removeLast()
        continue
      }
      open[open.count - 1].next += 1
      try link(last.next, of: reader.units[last.unit], at: last.start + last.next)
    }
    return result
  }

  /// Appends a function's instructions, lines and CO-RE relocations, and marks it to be gone through.
  private mutating func append(_ number: Int) throws(ProgramError) {
    let unit = reader.units[number]
    let start = result.instructions.count
    guard start + unit.count <= Self.instructionLimit else {
      throw malformed("\(result.name) has more than \(Self.instructionLimit) instructions")
    }
    let section = reader.elf.sections[unit.section]
    do throws(ByteError) {
      let bytes = try reader.elf.contents(of: section)
      for index in unit.start..<unit.start + unit.count {
        let word: UInt64 = try bytes.integer(at: index * 8, reader.elf.byteOrder)
        result.instructions.append(Instruction(word: word, reader.elf.byteOrder))
      }
    } catch { throw .bytes(error) }
    result.lines += reader.lines(of: unit)
    for (index, relocation) in try reader.coreRelocations(of: unit) {
      if var relocation {
        relocation.compiled = result.compiledValue(at: start + index)
        result.relocations[start + index] = relocation
      } else {
        result.foreign.insert(start + index)
      }
    }
    starts[number] = start
    if start > 0 { result.functions[start] = try reader.function(of: unit) }
    open.append((number, start, 0))
  }

  /// Resolves what an instruction refers to; `index` counts from the start of its function.
  private mutating func link(_ index: Int, of unit: ObjectReader.Unit, at number: Int) throws(ProgramError) {
    let instruction = result.instructions[number]
    let relocation = reader.relocations[unit.section]?[UInt64(unit.start + index) * 8]
    if instruction.isLongLoad {
      guard let relocation else { return }
      if reader.elf.isCode(relocation.symbol.section) {
        let place = Int64(bitPattern: relocation.symbol.value) &+ Int64(instruction.immediate)
        let start = try function(section: relocation.symbol.section, at: place / 8, from: number)
        result.references[number] = .function(start)
      } else {
        result.references[number] = reader.reference(of: instruction, relocation)
      }
    } else if instruction.isSubprogramCall || (instruction.isCall && relocation != nil) {
      // A function of the kernel: the file does not define it.
      if let relocation, !reader.elf.isCode(relocation.symbol.section) {
        result.references[number] = .other
        return
      }
      let base = relocation.map { Int64(bitPattern: $0.symbol.value) / 8 } ?? Int64(unit.start + index)
      let section = relocation?.symbol.section ?? unit.section
      let start = try function(section: section, at: base &+ Int64(instruction.immediate) &+ 1, from: number)
      result.references[number] = .function(start)
    }
  }

  /// Where the function that starts at an instruction of a section is in the program; appended, where it is not there yet.
  private mutating func function(section: Int, at place: Int64, from number: Int) throws(ProgramError) -> Int {
    guard let start = Int(exactly: place), let unit = reader.unit(section: section, start: start) else {
      throw malformed("instruction \(number) of \(result.name) calls instruction \(place) of a section, where no function starts")
    }
    if let known = starts[unit] { return known }
    try append(unit)
    return starts[unit] ?? 0
  }

  private func malformed(_ problem: String) -> ProgramError { .malformed(path: reader.path, problem: problem) }
}

extension CompiledProgram {
  /// What the compiler put where a relocation's answer goes (`bpf_core_patch_insn`, tools/lib/bpf/relo_core.c).
  fileprivate func compiledValue(at number: Int) -> Int64 {
    let instruction = instructions[number]
    switch instruction.instructionClass {
    case .loadRegister, .store, .storeRegister: return Int64(instruction.offset)
    case .load:
      let high = number + 1 < instructions.count ? instructions[number + 1].immediate : 0
      return Int64(high) << 32 | Int64(UInt32(bitPattern: instruction.immediate))
    case .alu32, .alu64, .jump, .jump32: return Int64(instruction.immediate)
    }
  }
}
