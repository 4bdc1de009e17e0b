import TypeGraph

/// What a build calls program types, attach types and register types, from its own enumerations.
struct VerifierNames {
  /// The values of `enum bpf_prog_type` by name without `BPF_PROG_TYPE_`, in the order of the enumeration.
  let programTypes: [(name: String, value: Int)]
  /// The values of `enum bpf_attach_type` by name without `BPF_`.
  let attachTypes: [String: Int]
  let registerTypes: RegisterTypes
  /// The structure that pairs the program types' contexts (`struct bpf_ctx_convert`, kernel/bpf/btf.c).
  let contextPairs: TypeID

  /// The value of a program type's enumerator; 0, which no program has, where the build does not have it.
  func number(of programType: String) -> Int {
    programTypes.first { $0.name == programType }?.value ?? 0
  }

  /// Reads the names from a build's types.
  ///
  /// - Throws: `ExtractionError` when an enumeration or the structure is missing.
  init(_ types: TypeGraph) throws(ExtractionError) {
    let lookup = LayoutLookup(types: types)
    programTypes = try lookup.enumerators("bpf_prog_type").compactMap { enumerator in
      enumerator.name.hasPrefix("BPF_PROG_TYPE_")
        ? (String(enumerator.name.dropFirst(14)), Int(enumerator.value)) : nil
    }.filter { $0.0 != "UNSPEC" && (0..<1024).contains($0.1) }
    var attachTypes: [String: Int] = [:]
    for enumerator in try lookup.enumerators("bpf_attach_type") where enumerator.name.hasPrefix("BPF_") {
      attachTypes[String(enumerator.name.dropFirst(4))] = Int(enumerator.value)
    }
    self.attachTypes = attachTypes
    registerTypes = RegisterTypes(
      types: try lookup.enumerators("bpf_reg_type"),
      flags: try lookup.optionalEnumerators("bpf_type_flag"))
    contextPairs = try lookup.composite("bpf_ctx_convert")
  }
}
