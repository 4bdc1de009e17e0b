import Glibc
import CLibdw

/// Finds the units of a DWARF file, and types in them.
enum DWARFUnits {
  /// The units that hold the code at `addresses`, each once, in the order of the addresses.
  ///
  /// By `.debug_aranges` where there is one (GCC), else by the address ranges of each unit (Clang).
  static func containing(_ addresses: [UInt64], in dwarf: OpaquePointer) -> [Dwarf_Die] {
    var result: [Dwarf_Die] = []
    var missing: [UInt64] = []
    for address in addresses where !result.contains(where: { holds($0, address) }) {
      var unit = Dwarf_Die()
      if dwarf_addrdie(dwarf, address, &unit) != nil {
        result.append(unit)
      } else {
        missing.append(address)
      }
    }
    guard !missing.isEmpty else { return result }
    forEach(in: dwarf) { unit in
      if missing.contains(where: { holds(unit, $0) }) {
        missing.removeAll { holds(unit, $0) }
        result.append(unit)
      }
      return missing.isEmpty
    }
    return result
  }

  /// The complete types of this name in the first unit that has any, type units included.
  static func firstTypes(
    named name: String, in dwarf: OpaquePointer
  ) -> [(kind: NamedKind, entry: Dwarf_Die)] {
    var found: [(kind: NamedKind, entry: Dwarf_Die)] = []
    name.withCString { name in
      forEach(in: dwarf) { unit in
        DWARFEntry.forEachChild(of: unit) { child in
          guard let candidate = DWARFEntry.rawName(child), strcmp(candidate, name) == 0,
            let kind = DWARFEntry.namedKind(child), !DWARFEntry.isDeclaration(child)
          else { return }
          found.append((kind, child))
        }
        return !found.isEmpty
      }
    }
    return found
  }

  /// Calls `body` with the entry of each unit until it returns true.
  private static func forEach(in dwarf: OpaquePointer, _ body: (Dwarf_Die) -> Bool) {
    var unit: OpaquePointer?
    var next: OpaquePointer?
    var entry = Dwarf_Die()
    while dwarf_get_units(dwarf, unit, &next, nil, nil, &entry, nil) == 0 {
      if body(entry) { return }
      unit = next
    }
  }

  private static func holds(_ unit: Dwarf_Die, _ address: UInt64) -> Bool {
    var unit = unit
    return dwarf_haspc(&unit, address) > 0
  }
}

/// The named types and functions of one unit, and of the partial units that it imports.
final class UnitIndex {
  struct Key: Hashable {
    let kind: NamedKind
    let name: String
  }

  private let unit: Dwarf_Die
  private lazy var types: [Key: [Dwarf_Die]] = {
    var result: [Key: [Dwarf_Die]] = [:]
    collect(unit, into: &result, depth: 0)
    return result
  }()

  init(_ unit: Dwarf_Die) { self.unit = unit }

  /// The complete types of this name, in the order of the unit.
  func entries(for key: Key) -> [Dwarf_Die] { types[key] ?? [] }

  /// The entry of the function of this name.
  func function(named name: String) -> Dwarf_Die? {
    var found: Dwarf_Die?
    DWARFEntry.forEachChild(of: unit) { child in
      guard found == nil, DWARFEntry.tag(child) == DW_TAG_subprogram,
        let candidate = DWARFEntry.rawName(child), strcmp(candidate, name) == 0
      else { return }
      found = child
    }
    return found
  }

  private func collect(_ unit: Dwarf_Die, into result: inout [Key: [Dwarf_Die]], depth: Int) {
    DWARFEntry.forEachChild(of: unit) { child in
      if DWARFEntry.tag(child) == DW_TAG_imported_unit {
        if depth < 8, let imported = DWARFEntry.reference(child, DW_AT_import) {
          collect(imported, into: &result, depth: depth + 1)
        }
        return
      }
      guard let kind = DWARFEntry.namedKind(child), let name = DWARFEntry.name(child),
        !DWARFEntry.isDeclaration(child)
      else { return }
      result[Key(kind: kind, name: name), default: []].append(child)
    }
  }
}
