import ByteReading
import KernelImage
import TypeGraph

/// A program type of a build, with the callbacks that its entry of `bpf_verifier_ops` names.
struct ProgramType {
  /// The enumerator without `BPF_PROG_TYPE_`.
  let name: String
  let number: Int
  /// The addresses of `is_valid_access` and `convert_ctx_access`; nil where the entry names none.
  let isValidAccess: UInt64?
  let convertAccess: UInt64?
  /// The structure that the program sees, and the kernel's structure behind it.
  let contexts: ContextPair?
  /// Why the callbacks can't be told, where they can't.
  let problem: String?
}

/// A context as a program sees it, and as the kernel has it.
struct ContextPair {
  let program: TypeID
  let kernel: TypeID
}

/// Finds the program types that a build supports.
enum ProgramTypes {
  /// Reads `bpf_verifier_ops`. What the build was configured without is a null pointer in it.
  static func all(
    in image: KernelImage, _ layout: VerifierLayout, _ types: TypeGraph
  ) throws(ExtractionError) -> [ProgramType] {
    let table = try VerifierTable.address(in: image, layout)
    let end = VerifierTable.end(of: table, in: image)
    let contexts = try pairs(layout, types)
    var result: [ProgramType] = []
    do throws(ByteError) {
      for (name, number) in layout.programTypes {
        let entry = table &+ UInt64(number) * 8
        // An enumerator that linux/bpf_types.h does not name, behind all that it names, has no entry.
        if let end, entry >= end { continue }
        let operations = try image.memory.word(at: entry)
        guard operations != 0 else { continue }
        result.append(
          type(name, number, operations, contexts[name], image, layout))
      }
    } catch {
      throw .kernel("bpf_verifier_ops at \(hexadecimal(table)): \(error)")
    }
    guard !result.isEmpty else {
      throw .kernel("bpf_verifier_ops at \(hexadecimal(table)) names no program type")
    }
    return result
  }

  /// Reads one entry's `struct bpf_verifier_ops`. It is missing where the object that defines it was not linked.
  private static func type(
    _ name: String, _ number: Int, _ operations: UInt64, _ contexts: ContextPair?,
    _ image: KernelImage, _ layout: VerifierLayout
  ) -> ProgramType {
    func word(_ offset: Int) -> UInt64? {
      try? image.memory.word(at: operations &+ UInt64(offset))
    }
    guard let isValid = word(layout.isValidAccessOffset),
      let convert = word(layout.convertAccessOffset)
    else {
      let symbol = image.symbols.nearest(to: operations).map(\.name) ?? hexadecimal(operations)
      return ProgramType(
        name: name, number: number, isValidAccess: nil, convertAccess: nil, contexts: contexts,
        problem: "its verifier operations, \(symbol), are not part of the image")
    }
    return ProgramType(
      name: name, number: number, isValidAccess: isValid == 0 ? nil : isValid,
      convertAccess: convert == 0 ? nil : convert, contexts: contexts, problem: nil)
  }

  /// `struct bpf_ctx_convert` has two members a program type: `BPF_PROG_TYPE_XDP_prog` of type `struct xdp_md`, and
  /// `BPF_PROG_TYPE_XDP_kern` of type `struct xdp_buff`.
  private static func pairs(
    _ layout: VerifierLayout, _ types: TypeGraph
  ) throws(ExtractionError) -> [String: ContextPair] {
    var result: [String: ContextPair] = [:]
    do throws(TypeError) {
      guard let composite = try types.composite(layout.contextPairs) else { return [:] }
      let members = Dictionary(
        composite.members.map { ($0.name, $0.type) }, uniquingKeysWith: { first, _ in first })
      for (name, _) in layout.programTypes {
        if let program = members["BPF_PROG_TYPE_\(name)_prog"],
          let kernel = members["BPF_PROG_TYPE_\(name)_kern"]
        {
          result[name] = ContextPair(program: program, kernel: kernel)
        }
      }
    } catch { throw .typeGraph(error) }
    return result
  }
}
