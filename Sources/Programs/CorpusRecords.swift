/// A corpus as its file has it.
struct CorpusRecord: Decodable {
  let schema: String
  let version: Int
  let programs: [ProgramRecord]
}

struct ProgramRecord: Decodable {
  let object: String
  let program: String
  let section: String
  let type: String?
  let attachType: String?
  let problems: [String]?
  let relocations: [RelocationRecord]?
  let calls: [CallRecord]?
  let uses: [UseRecord]
}

struct CallRecord: Decodable {
  let helper: Int32
  let at: Int
  let certain: Bool?
  let `where`: [[ConditionRecord]]?
  let line: String?
}

struct RelocationRecord: Decodable {
  let kind: UInt32
  let type: String
  let index: Int?
  let path: String?
  let shape: String
  let size: Int?
  let resizable: Bool?
  let compiled: Int64
}

struct UseRecord: Decodable {
  let at: Int
  let base: String
  let kind: String
  let offset: Int?
  let size: Int
  let registers: [UInt8]
  let field: Int?
  let added: Int?
  let immediate: Int32?
  let relocation: Int?
  let inPointer: Bool?
  let `where`: [[ConditionRecord]]?
  let line: String?
  let name: String?
}

struct ConditionRecord: Decodable {
  let relocation: Int
  let jump: UInt8
  let operand: String
  let taken: Bool
  let steps: [StepRecord]?
}

/// `[code, offset, operand]`
struct StepRecord: Decodable {
  let code: UInt8
  let offset: Int16
  let operand: String

  init(from decoder: any Decoder) throws {
    var container = try decoder.unkeyedContainer()
    code = try container.decode(UInt8.self)
    offset = try container.decode(Int16.self)
    operand = try container.decode(String.self)
  }
}

extension ProgramRecord {
  func programUses() throws(CorpusProblem) -> ProgramUses {
    var relocations: [CoreRelocation] = []
    for record in self.relocations ?? [] { relocations.append(try record.relocation()) }
    var uses: [Use] = []
    for record in self.uses { uses.append(try record.use(relocations)) }
    var calls: [HelperCall] = []
    for record in self.calls ?? [] { calls.append(try record.call(relocations)) }
    return ProgramUses(
      object: object, program: program, section: section, kind: type.map { ProgramKind(type: $0, attachType: attachType) },
      uses: uses, calls: calls, problems: problems ?? [])
  }
}

extension RelocationRecord {
  fileprivate func relocation() throws(CorpusProblem) -> CoreRelocation {
    guard let kind = CoreRelocation.Kind(rawValue: kind), let shape = CoreRelocation.Shape(rawValue: shape),
      (0..<(1 << 16)).contains(index ?? 0)
    else { throw CorpusProblem(text: "a relocation of kind \(kind) with shape \"\(shape)\"") }
    guard let steps = CoreRelocation.steps(path: path ?? "") else {
      throw CorpusProblem(text: "a relocation of \(type) with the path \"\(path ?? "")\"")
    }
    return CoreRelocation(
      kind: kind, type: type, index: index ?? 0, steps: steps, shape: shape, size: size,
      isResizable: resizable ?? false, compiled: compiled)
  }
}

extension CoreRelocation {
  /// The steps that `path` writes; nil where it is none.
  fileprivate static func steps(path: String) -> [Step]? {
    var steps: [Step] = []
    for (number, part) in path.split(separator: ".", omittingEmptySubsequences: path.isEmpty).enumerated() {
      let pieces = part.split(separator: "[", omittingEmptySubsequences: false)
      let name = String(pieces[0])
      // A structure's elements may come first, where it is one of an array.
      guard isIdentifier(name) || (name.isEmpty && number == 0 && pieces.count > 1) else { return nil }
      if !name.isEmpty { steps.append(.member(name)) }
      for piece in pieces.dropFirst() {
        guard piece.last == "]", let index = Int(piece.dropLast()), (0..<elementLimit).contains(index) else { return nil }
        steps.append(.element(index))
      }
    }
    return steps
  }
}

extension UseRecord {
  /// Twice what an analysis adds to a pointer at most.
  private static let offsetLimit = 1 << 31

  fileprivate func use(_ relocations: [CoreRelocation]) throws(CorpusProblem) -> Use {
    guard let base = UseBase(rawValue: base), let kind = UseKind(rawValue: kind), let register = registers.first,
      registers.allSatisfy({ $0 <= 10 }), [1, 2, 4, 8].contains(size),
      (-Self.offsetLimit...Self.offsetLimit).contains(offset ?? 0), (-Self.offsetLimit...Self.offsetLimit).contains(added ?? 0)
    else { throw CorpusProblem(text: "the use at instruction \(at) is none that a program can make") }
    let named = RelocationList(relocations: relocations, instruction: at)
    let guards = try named.guards(self.where)
    var asked: CoreRelocation?
    if let relocation { asked = try named.relocation(relocation) }
    var use = Use(
      instruction: at, base: base, field: field, kind: kind, offset: offset, size: size, added: added ?? 0,
      baseRegister: register, valueRegister: registers.count > 1 ? registers[1] : nil, immediate: immediate,
      relocation: asked, guards: guards, line: line.map(SourceLine.init(text:)), name: name)
    use.relocatesPointer = asked != nil && inPointer == true
    return use
  }
}

extension CallRecord {
  fileprivate func call(_ relocations: [CoreRelocation]) throws(CorpusProblem) -> HelperCall {
    HelperCall(
      helper: helper, instruction: at, line: line.map(SourceLine.init(text:)),
      guards: try RelocationList(relocations: relocations, instruction: at).guards(self.where), isCertain: certain ?? true)
  }
}

/// The relocations of a program, for the record of one of its instructions.
private struct RelocationList {
  let relocations: [CoreRelocation]
  let instruction: Int

  func relocation(_ number: Int) throws(CorpusProblem) -> CoreRelocation {
    guard relocations.indices.contains(number) else {
      throw CorpusProblem(text: "the use at instruction \(instruction) names relocation \(number), which is not there")
    }
    return relocations[number]
  }

  /// What must hold for the instruction to be reached; one empty list where it always is.
  func guards(_ records: [[ConditionRecord]]?) throws(CorpusProblem) -> [[Guard]] {
    var guards: [[Guard]] = []
    for list in records ?? [] {
      var all: [Guard] = []
      for condition in list { all.append(try condition.condition(try relocation(condition.relocation))) }
      guards.append(all)
    }
    return guards.isEmpty ? [[]] : guards
  }
}

extension SourceLine {
  /// Reads `lb.bpf.c:142`.
  init(text: String) {
    let end = text.lastIndex(of: ":") ?? text.endIndex
    self.init(file: String(text[..<end]), line: Int(text[end...].dropFirst()) ?? 0)
  }
}

extension ConditionRecord {
  fileprivate func condition(_ relocation: CoreRelocation) throws(CorpusProblem) -> Guard {
    func number(_ text: String) throws(CorpusProblem) -> UInt64 {
      guard let number = UInt64(text) else { throw CorpusProblem(text: "\"\(text)\" is no number") }
      return number
    }
    var steps: [ScalarStep] = []
    for step in self.steps ?? [] {
      steps.append(ScalarStep(code: step.code, offset: step.offset, operand: try number(step.operand)))
    }
    return Guard(relocation: relocation, steps: steps, jump: jump, operand: try number(operand), isTaken: taken)
  }
}
