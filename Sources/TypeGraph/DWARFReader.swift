import ByteReading
import CLibdw

/// Reads the types of a DWARF file (versions 2 to 5) through libdw.
///
/// A kernel's DWARF repeats most types in each of its 2,000 units. So the units that hold the functions of interest are
/// indexed first; all others are searched only for what those lack: a compiler drops the types that a unit does not use.
public final class DWARFReader: TypeSource {
  public let format = "DWARF"
  let path: String
  /// What libdw reads from; kept as long as it does.
  private let bytes: ByteView
  private let elf: OpaquePointer
  private let dwarf: OpaquePointer
  /// The entries that were given out as types; `TypeID(n)` is entry `n`, and 0 stands for `void`.
  private var entries: [Dwarf_Die] = [Dwarf_Die()]
  private var numbers: [UnsafeMutableRawPointer: UInt32] = [:]
  private var indexedUnits: [UnitIndex]
  /// Arrays that are elements of arrays: DWARF has no entry of their own for them.
  private var innerArrays: [TypeID: TypeNode] = [:]
  /// What a search of all units found, by name.
  private var searched: [String: [(kind: NamedKind, type: TypeID)]] = [:]

  /// The byte order of the file.
  let isBigEndian: Bool

  /// Opens the DWARF of the ELF file in `bytes`.
  ///
  /// - Parameter addresses: of functions whose units are searched first for a type.
  public init(_ bytes: ByteView, near addresses: [UInt64]) throws(TypeError) {
    self.bytes = bytes
    path = bytes.place.file
    _ = elf_version(UInt32(EV_CURRENT))
    // libelf takes a pointer to what it may change, but changes nothing of a file that it only reads.
    let start = UnsafeMutableRawPointer(mutating: bytes.unsafeStart)
    guard let elf = elf_memory(start.assumingMemoryBound(to: CChar.self), bytes.count) else {
      throw .dwarf(path: path, problem: String(cString: elf_errmsg(-1)))
    }
    guard let dwarf = dwarf_begin_elf(elf, DWARF_C_READ, nil) else {
      let problem = String(cString: dwarf_errmsg(-1))
      elf_end(elf)
      throw .dwarf(path: path, problem: problem)
    }
    self.elf = elf
    self.dwarf = dwarf
    isBigEndian = DWARFReader.isBigEndian(dwarf)
    indexedUnits = DWARFUnits.containing(addresses, in: dwarf).map(UnitIndex.init)
  }

  /// Opens the DWARF in the file at `path`.
  ///
  /// - Parameter addresses: of functions whose units are searched first for a type.
  public convenience init(path: String, near addresses: [UInt64]) throws(TypeError) {
    let file: MappedFile
    do { file = try MappedFile(path: path) } catch { throw .dwarf(path: path, problem: error.problem) }
    try self.init(file.bytes, near: addresses)
  }

  deinit {
    dwarf_end(dwarf)
    elf_end(elf)
  }

  public func types(named name: String, in kinds: [NamedKind]) throws(TypeError) -> [TypeID] {
    for unit in indexedUnits {
      let found = kinds.flatMap { unit.entries(for: UnitIndex.Key(kind: $0, name: name)) }
      if !found.isEmpty { return found.map(identify) }
    }
    if let known = searched[name] { return known.filter { kinds.contains($0.kind) }.map(\.type) }
    let found = DWARFUnits.firstTypes(named: name, in: dwarf).map {
      (kind: $0.kind, type: identify($0.entry))
    }
    searched[name] = found
    return found.filter { kinds.contains($0.kind) }.map(\.type)
  }

  public func function(named name: String) throws(TypeError) -> TypeNode.Function? {
    for unit in indexedUnits {
      if let entry = unit.function(named: name) { return functionType(entry) }
    }
    return nil
  }

  public func node(_ type: TypeID) throws(TypeError) -> TypeNode {
    guard type != .void else { return .void }
    if let array = innerArrays[type] { return array }
    guard Int(type.number) < entries.count else {
      throw .malformed("\(path): DWARF: no type has the number \(type.number)")
    }
    return try decode(entries[Int(type.number)])
  }

  /// The id of the type that `entry` describes.
  func identify(_ entry: Dwarf_Die) -> TypeID {
    if let known = numbers[entry.addr] { return TypeID(known) }
    let number = UInt32(entries.count)
    entries.append(entry)
    numbers[entry.addr] = number
    return TypeID(number)
  }

  /// The type of the elements of a multi-dimensional array `entry`: an array of the inner dimensions.
  func innerArray(of entry: Dwarf_Die, _ counts: [Int]) -> TypeID {
    var element = DWARFEntry.reference(entry, DW_AT_type).map(identify) ?? .void
    for count in counts.reversed() {
      let node = TypeNode.array(of: element, count: count)
      element = TypeID(UInt32(entries.count))
      entries.append(Dwarf_Die())
      innerArrays[element] = node
    }
    return element
  }

  private static func isBigEndian(_ dwarf: OpaquePointer) -> Bool {
    guard let elf = dwarf_getelf(dwarf), let identification = elf_getident(elf, nil) else {
      return false
    }
    return identification[5] == 2  // EI_DATA, ELFDATA2MSB
  }
}
