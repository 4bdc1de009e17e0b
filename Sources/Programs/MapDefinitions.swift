import ByteReading
import KernelImage
import TypeGraph

/// The maps that an object declares, by the section and the offset in it.
struct MapDefinitions {
  private var kinds: [Int: [Int: MapKind]] = [:]

  /// Reads the maps of `.maps`, which BTF describes, and of `maps`, which older programs have (`struct bpf_map_def`).
  init(_ elf: ElfFile, _ types: TypeGraph?, _ symbols: [ObjectSymbol]) throws(ProgramError) {
    for (number, section) in elf.sections.enumerated() {
      if section.name == ".maps", let types, let reader = types.source as? BTFReader {
        do throws(TypeError) {
          // Compilers leave the offsets to whoever loads the object (btf_fixup_datasec, tools/lib/bpf/libbpf.c).
          let places = Dictionary(
            symbols.filter { $0.section == number }.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
          for variable in try reader.variables(ofSection: ".maps") {
            guard let offset = places[variable.name].flatMap({ Int(exactly: $0) }) else { continue }
            kinds[number, default: [:]][offset] = try Self.kind(of: variable.type, types, depth: 0)
          }
        } catch { throw .types(path: elf.bytes.place.file, error) }
      } else if section.name == "maps" {
        do throws(ByteError) {
          let bytes = try elf.contents(of: section)
          for symbol in symbols where symbol.section == number && symbol.value <= UInt64(bytes.count) {
            let type = Int(try bytes.integer(UInt32.self, at: Int(symbol.value), elf.byteOrder))
            kinds[number, default: [:]][Int(symbol.value)] = MapKind(number: type, inner: nil)
          }
        } catch { throw .bytes(error) }
      }
    }
  }

  /// The map at `offset` of section number `section`; nil where there is none.
  func kind(section: Int, offset: UInt64) -> MapKind? {
    Int(exactly: offset).flatMap { kinds[section]?[$0] }
  }

  /// `__uint(type, N)` is a pointer to an array of N elements; `values` an array of pointers to inner maps
  /// (tools/lib/bpf/bpf_helpers.h).
  private static func kind(of type: TypeID, _ types: TypeGraph, depth: Int) throws(TypeError) -> MapKind {
    guard depth < 2, let definition = try types.composite(type) else { return .values }
    var number = 0
    var inner: MapKind?
    for member in definition.members {
      if member.name == "type", let target = try types.pointee(member.type),
        case .array(_, let count) = try types.strippedNode(target)
      {
        number = count
      } else if member.name == "values", case .array(let element, _) = try types.strippedNode(member.type),
        let target = try types.pointee(element)
      {
        inner = try kind(of: target, types, depth: depth + 1)
      }
    }
    return MapKind(number: number, inner: inner)
  }
}
