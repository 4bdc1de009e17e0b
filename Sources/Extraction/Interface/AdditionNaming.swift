import BPF
import ByteReading
import ContextABI
import SymbolicEvaluation
import TypeGraph

/// Makes records of the instructions that the kernel adds to programs.
struct AdditionNaming {
  let build: Build
  let meanings: ConversionMeanings

  /// The additions, each with the programs that get it.
  func additions(_ found: [AddedInstructions: Set<String>], _ programs: [InterfaceProgram]) throws(TypeError) -> [ProgramAddition]
  {
    let types = Dictionary(programs.map { ($0.name, $0.type) }, uniquingKeysWith: { first, _ in first })
    var result: [ProgramAddition] = []
    for (added, names) in found {
      // Of programs with contexts of their own the steps may be named otherwise.
      for (root, names) in try byRoot(names, types) {
        let naming = AdditionSteps(meanings: meanings, root: root, place: added.place) { immediate in
          added.functions[immediate]?.name ?? "call \(immediate)"
        }
        result.append(
          ProgramAddition(
            place: added.place, size: added.size, steps: naming.steps(added.code),
            programs: names.sorted { $0.precedes($1) }, code: code(added)))
      }
    }
    return result.sorted(by: ProgramAddition.inOrder)
  }

  private func byRoot(
    _ names: Set<String>, _ types: [String: String]
  ) throws(TypeError) -> [ConversionMeanings.Root?: Set<String>] {
    var result: [RootKey: (root: ConversionMeanings.Root?, names: Set<String>)] = [:]
    for name in names.sorted(by: { $0.precedes($1) }) {
      let type = build.oracle.programTypes.first { $0.name == types[name] }
      var root: ConversionMeanings.Root?
      if let type, let pair = type.contexts { root = try build.root(of: type.name, nil, pair) }
      let key = RootKey(type: root?.type, name: root?.name)
      result[key, default: (root, [])].names.insert(name)
    }
    return Dictionary(result.values.map { ($0.root, $0.names) }, uniquingKeysWith: { $0.union($1) })
  }

  private struct RootKey: Hashable {
    let type: TypeID?
    let name: String?
  }

  /// The instructions in hexadecimal; without the distances to functions, which say nothing.
  private func code(_ added: AddedInstructions) -> String {
    added.code.map { instruction in
      var instruction = instruction
      if instruction.code == 0x85, case .kernel = added.functions[instruction.immediate] { instruction.immediate = 0 }
      return instruction.hexadecimal(build.byteOrder)
    }.joined(separator: " ")
  }
}
