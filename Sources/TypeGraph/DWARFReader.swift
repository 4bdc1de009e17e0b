import Glibc
import ByteReading
import CLibdw

/// Reads the types of a DWARF file (versions 2 to 5) through libdw.
///
/// A kernel's DWARF repeats most types in each of its 2,000 units. So the units that hold the functions of interest are
/// indexed first; all others are searched only for what those lack: a compiler drops the types that a unit does not use.
public final class DWARFReader: TypeSource {
  public let format = "DWARF"
  let path: String
  private let dwarf: OpaquePointer
  private let descriptor: Int32
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

  /// Opens the DWARF in the file at `path`.
  ///
  /// - Parameter addresses: of functions whose units are searched first for a type.
  public init(path: String, near addresses: [UInt64]) throws(TypeError) {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw .dwarf(path: path, problem: String(cString: strerror(errno)))
    }
    guard let dwarf = dwarf_begin(descriptor, DWARF_C_READ) else {
      let problem = String(cString: dwarf_errmsg(-1))
      close(descriptor)
      throw .dwarf(path: path, problem: problem)
    }
    self.dwarf = dwarf
    isBigEndian = DWARFReader.isBigEndian(dwarf)
    indexedUnits = DWARFUnits.containing(addresses, in: dwarf).map(UnitIndex.init)
  }

  deinit {
    dwarf_end(dwarf)
    close(descriptor)
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
