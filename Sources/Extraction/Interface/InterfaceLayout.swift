import ByteReading
import TypeGraph

/// Where the verifier's structures keep what makes the interface of a program type besides its context.
struct InterfaceLayout {
  /// `struct bpf_verifier_ops`: the offsets of its other callbacks, where the build has them.
  let prototypeCallbackOffset: Int
  let prologueOffset: Int?
  let epilogueOffset: Int?
  let absoluteLoadOffset: Int?
  let structureAccessOffset: Int?
  /// `struct bpf_prog_ops`: the offset of `test_run`.
  let testRunOffset: Int?

  let prototype: PrototypeLayout
  /// The helpers of `enum bpf_func_id`, in the order of their numbers: `bpf_map_lookup_elem` is 1.
  let helpers: [(name: String, number: Int)]
  let returnTypes: FlaggedNames
  let argumentTypes: FlaggedNames
  /// Where a program says that it may sleep: in `struct bpf_prog`, up to 6.8 in `struct bpf_prog_aux`.
  let sleepable: ProgramBit?
  /// Where a program's instructions start behind its structure (`insnsi`).
  let instructionsOffset: Int

  init(_ types: TypeGraph, _ layout: VerifierLayout, _ byteOrder: ByteOrder) throws(ExtractionError) {
    let lookup = LayoutLookup(types: types)
    let operations = try lookup.composite("bpf_verifier_ops")
    let callback = try lookup.member("get_func_proto", of: operations, "bpf_verifier_ops")
    try lookup.check(callback, "get_func_proto", takes: [.enumeration, .pointer("bpf_prog")])
    prototypeCallbackOffset = callback.byteOffset
    prologueOffset = try lookup.optionalCallback(
      "gen_prologue", of: operations, takes: [.pointer("bpf_insn"), .integer, .pointer("bpf_prog")])
    epilogueOffset = try lookup.optionalCallback(
      "gen_epilogue", of: operations, takes: [.pointer("bpf_insn"), .pointer("bpf_prog"), .integer])
    absoluteLoadOffset = try lookup.optionalCallback(
      "gen_ld_abs", of: operations, takes: [.pointer("bpf_insn"), .pointer("bpf_insn")])
    structureAccessOffset = try lookup.optionalMember("btf_struct_access", of: operations)?.byteOffset
    testRunOffset = try lookup.optionalMember("test_run", of: lookup.composite("bpf_prog_ops"))?.byteOffset

    prototype = try PrototypeLayout(lookup)
    helpers = try lookup.enumerators("bpf_func_id").compactMap { enumerator in
      guard enumerator.name.hasPrefix("BPF_FUNC_"), (1..<4096).contains(enumerator.value) else { return nil }
      return ("bpf_" + enumerator.name.dropFirst(9), Int(enumerator.value))
    }.sorted { $0.number < $1.number }
    let flags = try lookup.optionalEnumerators("bpf_type_flag")
    returnTypes = FlaggedNames(types: try lookup.enumerators("bpf_return_type"), flags: flags)
    argumentTypes = FlaggedNames(types: try lookup.enumerators("bpf_arg_type"), flags: flags)
    sleepable = try ProgramBit("sleepable", lookup, layout, byteOrder)
    let instructions = try lookup.optionalMember("insnsi", of: lookup.composite("bpf_prog"))?.byteOffset
    instructionsOffset = instructions.map { min($0, layout.programSize) } ?? layout.programSize
  }
}

/// A truth value or a bit of the program that is loaded.
struct ProgramBit {
  /// In the scratch memory, in bytes from its start.
  let offset: Int
  let mask: UInt8
  let isInAux: Bool

  /// The member `name` of `struct bpf_prog` or, where that has none, of `struct bpf_prog_aux`; nil where neither has.
  init?(
    _ name: String, _ lookup: LayoutLookup, _ layout: VerifierLayout, _ byteOrder: ByteOrder
  ) throws(ExtractionError) {
    let places = [
      ("bpf_prog", ScratchLayout.program, layout.programSize, false),
      ("bpf_prog_aux", ScratchLayout.aux, layout.auxSize, true),
    ]
    for (structure, base, size, isInAux) in places {
      guard let member = try lookup.optionalMember(name, of: lookup.composite(structure)),
        member.byteOffset < size
      else { continue }
      offset = base + member.byteOffset
      // A bit-field's bits are counted as they lie in memory: see `TypeNode.Member.bitOffset`.
      let bit = UInt8(truncatingIfNeeded: member.bitOffset % 8)
      mask = member.bitSize == nil ? 1 : byteOrder == .little ? 1 << bit : 0x80 >> bit
      self.isInAux = isInAux
      return
    }
    return nil
  }
}

extension LayoutLookup {
  /// The offset of a callback in bytes; nil where the build's structure does not have it.
  func optionalCallback(
    _ name: String, of type: TypeID, takes shapes: [ParameterShape]
  ) throws(ExtractionError) -> Int? {
    guard let member = try optionalMember(name, of: type) else { return nil }
    try check(member, name, takes: shapes)
    return member.byteOffset
  }
}
