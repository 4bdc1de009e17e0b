import TypeGraph

/// Where the verifier's structures keep what an audit sets and reads, from the build's own types.
struct VerifierLayout {
  /// `struct bpf_prog`: its size in bytes, and the offsets of three members.
  let programSize: Int
  let programTypeOffset: Int
  let programAttachTypeOffset: Int
  let programAuxOffset: Int
  /// The size of `struct bpf_prog_aux` in bytes.
  let auxSize: Int
  /// The members of both, which callbacks may write to.
  let marks: ProgramMarks
  /// Where it keeps what the program is attached to: byte ranges.
  let auxAttachMembers: [Range<Int>]

  /// `struct bpf_insn_access_aux`: its size in bytes, and the offsets of its members, where it has them.
  let infoSize: Int
  let infoRegisterTypeOffset: Int
  let infoFieldSizeOffset: Int
  let infoIsSignExtendingOffset: Int?
  let infoLogOffset: Int?
  let infoTypeIDOffset: Int?

  /// `struct bpf_verifier_ops`: the offsets of two callbacks.
  let isValidAccessOffset: Int
  let convertAccessOffset: Int

  let names: VerifierNames
  /// `BPF_READ` and `BPF_WRITE`.
  let readAccess: UInt64
  let writeAccess: UInt64
  /// A conversion must be shorter than this (`INSN_BUF_SIZE`): the length of `insn_buf` in `struct bpf_verifier_env` where
  /// it stands there (32, from 6.12 on), 16 before.
  let conversionLimit: Int

  /// Reads the layout from a build's types.
  ///
  /// - Throws: `ExtractionError` when a structure or a member that an audit needs is missing, or when the callbacks take
  ///   other arguments than they are known to: calling them would give answers to other questions.
  init(_ types: TypeGraph, _ names: VerifierNames) throws(ExtractionError) {
    self.names = names
    let lookup = LayoutLookup(types: types)
    let operations = try lookup.composite("bpf_verifier_ops")
    let isValid = try lookup.member("is_valid_access", of: operations, "bpf_verifier_ops")
    let convert = try lookup.member("convert_ctx_access", of: operations, "bpf_verifier_ops")
    isValidAccessOffset = isValid.byteOffset
    convertAccessOffset = convert.byteOffset
    let program = try lookup.composite("bpf_prog")
    let info = try lookup.composite("bpf_insn_access_aux")
    try lookup.check(
      isValid, "is_valid_access",
      takes: [.integer, .integer, .enumeration, .pointer("bpf_prog"), .pointer("bpf_insn_access_aux")])
    try lookup.check(
      convert, "convert_ctx_access",
      takes: [
        .enumeration, .pointer("bpf_insn"), .pointer("bpf_insn"), .pointer("bpf_prog"), .pointer(nil),
      ])

    programSize = try lookup.size(of: program, "bpf_prog", limit: ScratchLayout.programLimit)
    programTypeOffset = try lookup.member("type", of: program, "bpf_prog").byteOffset
    programAttachTypeOffset = try lookup.member("expected_attach_type", of: program, "bpf_prog")
      .byteOffset
    programAuxOffset = try lookup.member("aux", of: program, "bpf_prog").byteOffset
    let aux = try lookup.composite("bpf_prog_aux")
    auxSize = try lookup.size(of: aux, "bpf_prog_aux", limit: ScratchLayout.auxLimit)
    marks = try ProgramMarks(lookup, auxSize: auxSize)
    auxAttachMembers = try lookup.members(of: aux) { $0.hasPrefix("attach_") }

    infoSize = try lookup.size(of: info, "bpf_insn_access_aux", limit: ScratchLayout.infoLimit)
    infoRegisterTypeOffset = try lookup.member("reg_type", of: info, "bpf_insn_access_aux").byteOffset
    infoFieldSizeOffset = try lookup.member("ctx_field_size", of: info, "bpf_insn_access_aux")
      .byteOffset
    infoIsSignExtendingOffset = try lookup.optionalMember("is_ldsx", of: info)?.byteOffset
    infoLogOffset = try lookup.optionalMember("log", of: info)?.byteOffset
    infoTypeIDOffset = try lookup.optionalMember("btf_id", of: info)?.byteOffset
    for offset in [programTypeOffset, programAttachTypeOffset] where offset + 4 > programSize {
      throw .types("struct bpf_prog has a member behind its end")
    }
    guard programAuxOffset + 8 <= programSize else {
      throw .types("struct bpf_prog has a member behind its end")
    }
    guard max(infoRegisterTypeOffset, infoFieldSizeOffset) + 4 <= infoSize,
      (infoIsSignExtendingOffset ?? 0) < infoSize, (infoLogOffset ?? 0) + 8 <= infoSize,
      (infoTypeIDOffset ?? 0) + 4 <= infoSize
    else { throw .types("struct bpf_insn_access_aux has a member behind its end") }

    let accessTypes = try lookup.enumerators("bpf_access_type")
    guard let read = accessTypes.first(where: { $0.name == "BPF_READ" }),
      let write = accessTypes.first(where: { $0.name == "BPF_WRITE" })
    else { throw .types("enum bpf_access_type lacks BPF_READ or BPF_WRITE") }
    readAccess = UInt64(bitPattern: read.value)
    writeAccess = UInt64(bitPattern: write.value)
    conversionLimit = try lookup.arrayCount("insn_buf", of: "bpf_verifier_env") ?? 16
  }
}

/// What an argument of a callback must be.
enum ParameterShape {
  case integer, enumeration
  /// A pointer, to a structure of this name if one is given.
  case pointer(String?)
}

/// Looks up what must be there.
struct LayoutLookup {
  let types: TypeGraph

  func composite(_ name: String) throws(ExtractionError) -> TypeID {
    do throws(TypeError) {
      if let found = try types.composite(named: name) { return found }
    } catch { throw .typeGraph(error) }
    throw .types("the debug information has no struct \(name)")
  }

  func optionalMember(
    _ name: String, of type: TypeID
  ) throws(ExtractionError) -> TypeGraph.FoundMember? {
    do throws(TypeError) {
      guard let member = try types.member(name, of: type),
        (0..<(1 << 24)).contains(member.bitOffset)
      else { return nil }
      return member
    } catch { throw .typeGraph(error) }
  }

  func member(
    _ name: String, of type: TypeID, _ structure: String
  ) throws(ExtractionError) -> TypeGraph.FoundMember {
    if let member = try optionalMember(name, of: type) { return member }
    throw .types("struct \(structure) has no member \(name)")
  }

  /// The byte ranges of the members whose names pass `isWanted`.
  func members(
    of type: TypeID, _ isWanted: (String) -> Bool
  ) throws(ExtractionError) -> [Range<Int>] {
    var result: [Range<Int>] = []
    do throws(TypeError) {
      for member in try types.composite(type)?.members ?? [] where isWanted(member.name) {
        let start = member.bitOffset / 8
        result.append(start..<start + max(1, try types.byteSize(of: member.type) ?? 1))
      }
    } catch { throw .typeGraph(error) }
    return result
  }

  /// The number of elements of the array that a member is; nil where there is no such structure or member.
  func arrayCount(_ name: String, of structure: String) throws(ExtractionError) -> Int? {
    do throws(TypeError) {
      guard let type = try types.composite(named: structure),
        let member = try types.member(name, of: type),
        case .array(_, let count) = try types.strippedNode(member.type), (1...64).contains(count)
      else { return nil }
      return count
    } catch { throw .typeGraph(error) }
  }

  func size(of type: TypeID, _ name: String, limit: Int) throws(ExtractionError) -> Int {
    do throws(TypeError) {
      guard let size = try types.byteSize(of: type), size > 0, size <= limit else {
        throw TypeError.malformed("struct \(name) has no size, or one over \(limit) bytes")
      }
      return size
    } catch { throw .typeGraph(error) }
  }

  func optionalEnumerators(_ name: String) throws(ExtractionError) -> [TypeNode.Enumerator] {
    do { return try types.enumerators(of: name) ?? [] } catch { throw .typeGraph(error) }
  }

  func enumerators(_ name: String) throws(ExtractionError) -> [TypeNode.Enumerator] {
    let found = try optionalEnumerators(name)
    guard !found.isEmpty else { throw .types("the debug information has no enum \(name)") }
    return found
  }

  /// Checks that the function that `member` points to takes these arguments.
  func check(
    _ member: TypeGraph.FoundMember, _ name: String, takes shapes: [ParameterShape]
  ) throws(ExtractionError) {
    do throws(TypeError) {
      guard let target = try types.pointee(member.type),
        case .function(let function) = try types.strippedNode(target)
      else { throw .malformed("\(name) of struct bpf_verifier_ops is no function pointer") }
      var agrees = function.parameters.count == shapes.count
      for (parameter, shape) in zip(function.parameters, shapes) where agrees {
        agrees = try matches(parameter, shape)
      }
      guard agrees else {
        var spelled: [String] = []
        for parameter in function.parameters { spelled.append(try types.spelling(of: parameter)) }
        throw .malformed(
          "\(name) of struct bpf_verifier_ops takes (\(spelled.joined(separator: ", "))), which ctxabi does not know how to call"
        )
      }
    } catch { throw .typeGraph(error) }
  }

  private func matches(_ parameter: TypeID, _ shape: ParameterShape) throws(TypeError) -> Bool {
    switch (shape, try types.strippedNode(parameter)) {
    case (.integer, .integer), (.enumeration, .enumeration): return true
    case (.pointer(let name), .pointer(let target)):
      guard let name else { return true }
      switch try types.strippedNode(target) {
      case .composite(let composite): return composite.name == name
      case .declaration(_, let declared): return declared == name
      default: return false
      }
    default: return false
    }
  }
}
