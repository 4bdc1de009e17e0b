import ByteReading
import KernelImage
import TypeGraph

/// A program type of a build.
struct ProgramType {
  /// The enumerator without `BPF_PROG_TYPE_`.
  let name: String
  let number: Int
  /// The structure that the program sees, and the kernel's structure behind it.
  let contexts: ContextPair?
}

/// A context as a program sees it, and as the kernel has it.
struct ContextPair {
  let program: TypeID
  let kernel: TypeID
}

extension ProgramType {
  /// Every type that the build's enumeration has, with its contexts: `struct bpf_ctx_convert` has two members a program
  /// type: `BPF_PROG_TYPE_XDP_prog` of type `struct xdp_md`, and `BPF_PROG_TYPE_XDP_kern` of type `struct xdp_buff`.
  static func all(
    _ names: VerifierNames, _ types: TypeGraph
  ) throws(ExtractionError) -> [ProgramType] {
    do throws(TypeError) {
      let pairs = try types.composite(names.contextPairs)?.members ?? []
      let members = Dictionary(
        pairs.map { ($0.name, $0.type) }, uniquingKeysWith: { first, _ in first })
      return names.programTypes.map { name, number in
        var contexts: ContextPair?
        if let program = members["BPF_PROG_TYPE_\(name)_prog"],
          let kernel = members["BPF_PROG_TYPE_\(name)_kern"]
        {
          contexts = ContextPair(program: program, kernel: kernel)
        }
        return ProgramType(name: name, number: number, contexts: contexts)
      }
    } catch { throw .typeGraph(error) }
  }
}

/// The callbacks that a program type's entry of `bpf_verifier_ops` names.
struct CallbackAddresses {
  /// The addresses of `is_valid_access` and `convert_ctx_access`; nil where the entry names none.
  let isValidAccess: UInt64?
  let convertAccess: UInt64?
  /// The entry's `struct bpf_verifier_ops`; nil where it is not part of the image.
  let operations: UInt64?
  /// Why the callbacks can't be told, where they can't.
  var problem: String?

  /// Reads `bpf_verifier_ops`. What the build was configured without is a null pointer in it.
  ///
  /// - Returns: the callbacks by the program type's name, of the types that the build has.
  static func all(
    in image: KernelImage, _ layout: VerifierLayout
  ) throws(ExtractionError) -> [String: CallbackAddresses] {
    let table = try VerifierTable.address(in: image, layout)
    let end = VerifierTable.end(of: table, in: image)
    var result: [String: CallbackAddresses] = [:]
    do throws(ByteError) {
      for (name, number) in layout.names.programTypes {
        let entry = table &+ UInt64(number) * 8
        // An enumerator that linux/bpf_types.h does not name, behind all that it names, has no entry.
        if let end, entry >= end { continue }
        let operations = try image.memory.word(at: entry)
        guard operations != 0 else { continue }
        result[name] = CallbackAddresses(operations, image, layout)
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
  private init(_ operations: UInt64, _ image: KernelImage, _ layout: VerifierLayout) {
    func word(_ offset: Int) -> UInt64? {
      try? image.memory.word(at: operations &+ UInt64(offset))
    }
    guard let isValid = word(layout.isValidAccessOffset),
      let convert = word(layout.convertAccessOffset)
    else {
      let symbol = image.symbols.nearest(to: operations).map(\.name) ?? hexadecimal(operations)
      (isValidAccess, convertAccess, self.operations) = (nil, nil, nil)
      problem = "its verifier operations, \(symbol), are not part of the image"
      return
    }
    self.operations = operations
    isValidAccess = isValid == 0 ? nil : isValid
    convertAccess = convert == 0 ? nil : convert
  }
}
