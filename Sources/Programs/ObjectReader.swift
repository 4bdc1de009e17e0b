import BPF
import ByteReading
import KernelImage
import TypeGraph

/// Takes an object apart: its functions, and what its instructions refer to.
struct ObjectReader {
  /// A function of a code section.
  struct Unit {
    let name: String
    let section: Int
    /// In instructions from the start of the section.
    let start: Int
    let count: Int
    let isGlobal: Bool
  }

  private struct Place: Hashable {
    let section: Int
    let start: Int
  }

  /// What all programs of an object may have together, each with the subprograms that it calls.
  private static let instructionLimit = 8_000_000

  let elf: ElfFile
  let units: [Unit]
  private let unitsByPlace: [Place: Int]
  let symbols: [ObjectSymbol]
  let relocations: [Int: [UInt64: ObjectRelocation]]
  let constants: [Int: ByteView]
  let fields: FieldTable
  private let types: TypeGraph?
  private let extended: ExtendedTypes
  private let maps: MapDefinitions

  var path: String { elf.bytes.place.file }

  init(_ elf: ElfFile) throws(ProgramError) {
    self.elf = elf
    let path = elf.bytes.place.file
    do throws(TypeError) {
      (types, extended) = try Self.types(of: elf)
      fields = try types.map { types throws(TypeError) in try FieldTable(ProgramKind.structures, types) } ?? FieldTable()
    } catch { throw .types(path: path, error) }
    do throws(ByteError) {
      symbols = try elf.objectSymbols()
      var relocations: [Int: [UInt64: ObjectRelocation]] = [:]
      for section in elf.codeSections { relocations[section] = try elf.relocations(of: section, symbols) }
      self.relocations = relocations
      var constants: [Int: ByteView] = [:]
      for (number, section) in elf.sections.enumerated() where section.name.hasPrefix(".rodata") {
        constants[number] = try elf.contents(of: section)
      }
      self.constants = constants
    } catch { throw .bytes(error) }
    maps = try MapDefinitions(elf, types, symbols)
    units = try Self.units(of: elf, symbols)
    unitsByPlace = Dictionary(
      units.enumerated().map { (Place(section: $1.section, start: $1.start), $0) }, uniquingKeysWith: { first, _ in first })
  }

  private static func types(of elf: ElfFile) throws(TypeError) -> (TypeGraph?, ExtendedTypes) {
    func bytes(_ section: ElfFile.Section) throws(TypeError) -> ByteView {
      do { return try elf.contents(of: section) } catch { throw .bytes(error) }
    }
    guard let section = elf.section(".BTF") else { return (nil, ExtendedTypes()) }
    let reader = try BTFReader(try bytes(section), order: elf.byteOrder)
    guard let more = elf.section(".BTF.ext") else { return (TypeGraph(reader), ExtendedTypes()) }
    return (TypeGraph(reader), try ExtendedTypes(try bytes(more), types: reader, elf.byteOrder))
  }

  /// The functions of each code section, in the order of their places (`bpf_object__add_programs`,
  /// tools/lib/bpf/libbpf.c).
  private static func units(of elf: ElfFile, _ symbols: [ObjectSymbol]) throws(ProgramError) -> [Unit] {
    var result: [Unit] = []
    for number in elf.codeSections {
      let section = elf.sections[number]
      for symbol in symbols.filter({ $0.section == number && $0.isFunction && $0.size > 0 }).sorted(by: { $0.value < $1.value }) {
        guard symbol.value % 8 == 0, symbol.size % 8 == 0, symbol.value <= section.size,
          symbol.size <= section.size - symbol.value
        else {
          throw .malformed(
            path: elf.bytes.place.file,
            problem: "the function \(symbol.name) (\(symbol.size) bytes at \(symbol.value)) is not in its section \(section.name)"
          )
        }
        // Two names of one function are one program.
        if let last = result.last, last.section == number, UInt64(last.start) * 8 == symbol.value { continue }
        result.append(
          Unit(
            name: symbol.name, section: number, start: Int(symbol.value / 8), count: Int(symbol.size / 8),
            isGlobal: symbol.isGlobal))
      }
    }
    return result
  }

  /// The programs: what is not in `.text`, where subprograms are (`prog_is_subprog`).
  func programs(_ given: ProgramKind?) throws(ProgramError) -> [CompiledProgram] {
    var result: [CompiledProgram] = []
    var total = 0
    for (number, unit) in units.enumerated() {
      let section = elf.sections[unit.section].name
      if section == ".text", units.count > 1 { continue }
      var linker = Linker(self, kind: ProgramKind(section: section) ?? given, section: section)
      let program = try linker.program(of: number)
      total += program.instructions.count
      guard total <= Self.instructionLimit else {
        throw .malformed(path: path, problem: "its programs have more than \(Self.instructionLimit) instructions in all")
      }
      result.append(program)
    }
    return result
  }

  // MARK: - What instructions refer to

  /// What an `ld_imm64` loads, other than a function; nil where it is a number.
  func reference(of instruction: Instruction, _ relocation: ObjectRelocation) -> CompiledProgram.Reference {
    let symbol = relocation.symbol
    let offset = Int64(bitPattern: symbol.value) &+ Int64(instruction.immediate)
    if let map = maps.kind(section: symbol.section, offset: UInt64(bitPattern: offset)) { return .map(map) }
    if let bytes = constants[symbol.section], (0...Int64(bytes.count)).contains(offset), let offset = Int(exactly: offset) {
      return .constants(section: symbol.section, offset: offset)
    }
    return symbol.section == 0 ? .absent : .other
  }

  /// The function that starts at an instruction of a section.
  func unit(section: Int, start: Int) -> Int? {
    unitsByPlace[Place(section: section, start: start)]
  }

  /// The CO-RE relocations of a function by its instructions; nil for those of something else than a context structure.
  func coreRelocations(of unit: Unit) throws(ProgramError) -> [Int: CoreRelocation?] {
    guard let types, let records = extended.relocations[elf.sections[unit.section].name] else { return [:] }
    var result: [Int: CoreRelocation?] = [:]
    do throws(TypeError) {
      for index in 0..<unit.count {
        guard let record = records[(unit.start + index) * 8] else { continue }
        result[index] = .some(try CoreRelocation(record, types))
      }
    } catch { throw .types(path: path, error) }
    return result
  }

  /// The source lines of a function's instructions: that of the last record at or before each.
  func lines(of unit: Unit) -> [SourceLine?] {
    var result = [SourceLine?](repeating: nil, count: unit.count)
    let records = extended.lines[elf.sections[unit.section].name] ?? []
    // The first record of the function; they are in order.
    var (low, high) = (0, records.count)
    while low < high {
      let middle = (low + high) / 2
      if records[middle].offset < unit.start * 8 { low = middle + 1 } else { high = middle }
    }
    for record in records[low...] {
      guard record.offset / 8 - unit.start < unit.count else { break }
      // Line 0 stands for none: what a compiler made up.
      if record.line.line > 0 { result[record.offset / 8 - unit.start] = record.line }
    }
    var last: SourceLine?
    for index in result.indices {
      last = result[index] ?? last
      result[index] = last
    }
    return result
  }

  /// What the verifier makes of a function (`btf_prepare_func_args`, kernel/bpf/btf.c): without BTF all are static.
  func function(of unit: Unit) throws(ProgramError) -> CompiledProgram.Function {
    let isStatic = CompiledProgram.Function(name: unit.name, isGlobal: false, arguments: [])
    guard unit.isGlobal, let types else { return isStatic }
    do throws(TypeError) {
      guard let prototype = try types.source.function(named: unit.name) else { return isStatic }
      var arguments: [String?] = []
      for type in prototype.parameters.prefix(5) { arguments.append(try Self.structure(type, types)) }
      return CompiledProgram.Function(name: unit.name, isGlobal: true, arguments: arguments)
    } catch { throw .types(path: path, error) }
  }

  /// The name of the structure, or of the typedef of one, that a pointer points to.
  private static func structure(_ type: TypeID, _ types: TypeGraph) throws(TypeError) -> String? {
    guard let target = try types.pointee(type) else { return nil }
    var current = target
    for _ in 0..<64 {
      switch try types.node(current) {
      case .qualified(_, let next): current = next
      case .alias(let name, let next):
        if name == "bpf_user_pt_regs_t" { return "pt_regs" }
        current = next
      case .composite(let composite): return composite.name
      case .declaration(_, let name): return name
      case .integer(let integer) where integer.byteSize == 8: return "__u64"
      case .void: return "void *"
      default: return nil
      }
    }
    return nil
  }
}
