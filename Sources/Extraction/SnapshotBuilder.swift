import ByteReading
import ContextABI
import SymbolicEvaluation
import TypeGraph

/// Extracts the whole context ABI of a build.
public final class SnapshotBuilder {
  private let build: Build
  private let meanings: ConversionMeanings
  private let sweeper: Sweeper
  private var programs: [Program] = []
  private var contexts: [String: ContextDraft] = [:]
  private var declarations: [String: String] = [:]
  /// What is not known, by program: the accesses, none where it is about all of them.
  private var coverage: [CoverageDraft: [String: Set<AccessKey>]] = [:]
  /// What callbacks did not tell, by reason and program.
  private var untold: [UntoldReason: [String: Set<AccessKey>]] = [:]
  /// By kernel context, in the order in which they were found: of two members with one path the first stands.
  private var roots: [String: [ConversionMeanings.Root]] = [:]
  private var effects = EffectTable()
  private var fieldLookups: [TypeID: FieldLookup] = [:]
  /// Called with each program's name and how many there are, before it is asked.
  public var progress: ((_ program: String, _ number: Int, _ count: Int) -> Void)?

  public init(_ build: Build) {
    self.build = build
    meanings = ConversionMeanings(build.types, build.oracle.byteOrder)
    sweeper = Sweeper(build, meanings)
  }

  /// Rules of one context, with the programs and the instructions that they hold for.
  private struct ContextDraft {
    var layout: Layout
    var rules: [RuleKey: RuleValue] = [:]
  }

  private struct RuleKey: Hashable {
    let field: String
    let offset: Int
    let size: Int
    let parts: AccessRule.Parts
    let kinds: [AccessKind]
    let registerType: String
    let needsPrivilege: Bool
    let meaning: String
    let deviations: [AccessRegisters: String]
    let immediates: [String]
  }

  private struct RuleValue {
    let meaning: Meaning
    let deviations: [RegisterDeviation]
    let immediates: [ImmediateMeaning]
    var programs: Set<String> = []
    var conversions: [String: Set<String>] = [:]
  }

  private struct CoverageDraft: Hashable {
    let kind: CoverageItem.Kind
    let reason: String
    /// What it is about that is no access of the context.
    var rest: String?
  }

  /// The snapshot of the build.
  ///
  /// - Parameter provenance: where the build comes from.
  public func snapshot(_ provenance: Provenance) throws(ExtractionError) -> Snapshot {
    var pending = try build.subjects(unknownAttachTypes: false) + build.subjectsOfUnknownAttachTypes()
    var number = 0
    while !pending.isEmpty {
      let subject = pending.removeFirst()
      number += 1
      progress?(subject.name, number, number + pending.count)
      do {
        pending.insert(contentsOf: try add(subject), at: 0)
      } catch { throw .typeGraph(error) }
    }
    noteRemarks()
    var provenance = provenance
    provenance.declarations = declarations
    do {
      let interface = try interface()
      let kernel = try kernelSide()
      let structures = contexts.filter { $0.value.layout.size > 0 }.map(\.key)
      try compareTypes(structures + Array(kernel.structures.keys))
      var snapshot = Snapshot(
        provenance: provenance, byteOrder: build.oracle.byteOrder,
        programs: programs.sorted { $0.name.precedes($1.name) },
        contexts: contexts.map(finish).sorted { $0.name.precedes($1.name) },
        coverage: finishCoverage(), kernel: kernel)
      snapshot.interface = interface
      return snapshot
    } catch { throw .typeGraph(error) }
  }

  // MARK: - One subject

  /// Adds what `subject` may do. Returns the programs that it becomes by accesses that change what others do.
  private func add(_ subject: Subject) throws(TypeError) -> [Subject] {
    guard let pair = subject.contexts else {
      note(.unknown, "struct bpf_ctx_convert has no context of this program type", subject, [])
      return []
    }
    let layout = try ContextLayout(types: build.types).layout(of: pair.program)
    let sweep = sweeper.sweep(subject, contextSize: layout.size)
    if sweep.dependsOnAttachTarget {
      note(
        .attachTarget, "the context depends on what the program is attached to: it is no fixed ABI",
        subject, [])
      return []
    }
    noteHoles(sweep, subject)
    for (key, swept) in sweep.accesses { noteUntold(swept.access, key, subject) }
    if let opaque = sweep.opaque, !sweep.accesses.isEmpty { note(.opaque, opaque.remark, subject, []) }
    let name = try contextName(pair.program)
    let kernelName = try contextName(pair.kernel)
    var program = Program(
      name: subject.name, type: subject.programType, typeNumber: build.names.number(of: subject.programType),
      attachType: subject.attachName, context: name, kernelContext: kernelName)
    program.takesModifiedPointers = sweep.readToModify.flatMap {
      build.oracle.takesModifiedPointers(subject.target, offset: $0.offset, size: $0.size)
    }
    programs.append(program)
    if contexts[name] == nil {
      contexts[name] = ContextDraft(layout: layout)
      declarations[name] = try ContextLayout(types: build.types).declaration(of: pair.program)
    }
    let root = try build.root(of: subject, pair)
    if roots[kernelName]?.contains(root) != true { roots[kernelName, default: []].append(root) }
    let folding = RuleFolding(
      meanings: meanings, fields: try fieldLookup(pair.program), byteOrder: build.oracle.byteOrder)
    for rule in try folding.fold(sweep) { try add(rule, to: name, subject, root) }
    try effects.note(sweep, of: subject.name, to: name, fieldLookup(pair.program))
    return try variants(of: subject, sweep, pair.program)
  }

  private func add(
    _ rule: FoldedRule, to context: String, _ subject: Subject, _ root: ConversionMeanings.Root
  ) throws(TypeError) {
    let meaning = try meanings.meaning(of: rule.whole.evaluated, for: root)
    var deviations: [RegisterDeviation] = []
    for registers in AccessRegisters.allCases {
      guard let evaluated = rule.whole.deviations[registers] else { continue }
      deviations.append(
        RegisterDeviation(
          registers: registers, meaning: try meanings.meaning(of: evaluated, for: root)))
    }
    var immediates: [ImmediateMeaning] = []
    for (immediate, evaluated) in rule.whole.immediates {
      immediates.append(
        ImmediateMeaning(
          immediate: immediate, meaning: try meanings.meaning(of: evaluated, for: root)))
    }
    immediates.sort(by: ImmediateMeaning.inOrder)
    let key = RuleKey(
      field: rule.field, offset: rule.offset, size: rule.size, parts: rule.parts, kinds: rule.kinds,
      registerType: rule.kinds[0].isWrite ? "" : build.registerType(rule.whole.access) ?? "",
      needsPrivilege: rule.whole.access.needsPrivilege ?? false, meaning: meaning.description,
      deviations: Dictionary(
        deviations.map { ($0.registers, $0.meaning.description) }, uniquingKeysWith: { $1 }),
      immediates: immediates.map { "\($0.immediate) \($0.meaning)" })
    let order = build.oracle.byteOrder
    let code = rule.whole.access.code.map { $0.hexadecimal(order) }.joined(separator: " ")
    let value = RuleValue(meaning: meaning, deviations: deviations, immediates: immediates)
    contexts[context]?.rules[key, default: value].programs.insert(subject.name)
    contexts[context]?.rules[key]?.conversions[code, default: []].insert(subject.name)
  }

  /// The programs that `subject` becomes by accesses that leave something in the program.
  private func variants(
    of subject: Subject, _ sweep: Sweep, _ context: TypeID
  ) throws(TypeError) -> [Subject] {
    guard subject.state == 0 else { return [] }
    var result: [Subject] = []
    for (state, key) in sweep.states.sorted(by: { $0.key < $1.key }) {
      let field = try fieldLookup(context).field(offset: key.offset, size: key.size)
      result.append(subject.after(accessing: field.name, state: state))
    }
    return result
  }

  private func contextName(_ type: TypeID) throws(TypeError) -> String {
    if let composite = try build.types.composite(type), !composite.name.isEmpty {
      return composite.name
    }
    return try build.types.spelling(of: type)
  }

  private func fieldLookup(_ context: TypeID) throws(TypeError) -> FieldLookup {
    if let known = fieldLookups[context] { return known }
    let lookup = try FieldLookup(build.types, context)
    fieldLookups[context] = lookup
    return lookup
  }

  // MARK: - Coverage

  private func note(
    _ kind: CoverageItem.Kind, _ reason: String, _ subject: Subject, _ accesses: [AccessKey]
  ) {
    let draft = CoverageDraft(kind: kind, reason: reason)
    coverage[draft, default: [:]][subject.name, default: []].formUnion(accesses)
  }

  private func noteHoles(_ sweep: Sweep, _ subject: Subject) {
    for (key, reason) in sweep.holes { untold[reason, default: [:]][subject.name, default: []].insert(key) }
    for (key, reason) in sweep.misconfigured { note(.misconfigured, reason, subject, [key]) }
    for (key, reason) in sweep.unclear { note(.meaning, reason, subject, [key]) }
  }

  private func noteRemarks() {
    for remark in build.oracle.remarks {
      let draft = CoverageDraft(kind: remark.kind, reason: remark.reason)
      coverage[draft, default: [:]][remark.name] = []
    }
  }

  /// Notes what the oracle leaves open of an accepted access.
  private func noteUntold(_ access: AcceptedAccess, _ key: AccessKey, _ subject: Subject) {
    if access.needsPrivilege == nil { note(.privilege, build.oracle.untoldPrivilege, subject, []) }
    if access.registerType == nil, !key.kind.isWrite {
      note(
        .registerType, "the register type that these reads give is not told", subject, [key])
    }
  }

  /// Compares the structures that the ABI consists of with the build's other debug information.
  private func compareTypes(_ names: [String]) throws(TypeError) {
    guard let other = build.otherTypes else { return }
    let all = Set(names).union(["bpf_prog", "bpf_prog_aux", "bpf_insn_access_aux", "bpf_verifier_ops"])
    let agreement = TypeAgreement(build.types, other)
    for disagreement in try agreement.disagreements(in: all.sorted(by: { $0.precedes($1) })) {
      let draft = CoverageDraft(kind: .types, reason: disagreement.description)
      coverage[draft, default: [:]]["all"] = []
    }
  }

  /// A callback that failed so often that it was asked no more is one item, about all accesses of its programs.
  private func noteUntold() {
    for (reason, programs) in untold {
      let last = build.oracle.lastReason(reason)
      let draft = CoverageDraft(kind: .hole, reason: build.oracle.describe(last ?? reason))
      for (program, accesses) in programs {
        coverage[draft, default: [:]][program, default: []].formUnion(last == nil ? accesses : [])
      }
    }
  }

  private func finishCoverage() -> [CoverageItem] {
    noteUntold()
    return coverage.flatMap { draft, programs in
      // Programs of which the same is not known are one item.
      Dictionary(grouping: programs.keys) { programs[$0] ?? [] }.map { accesses, programs in
        CoverageItem(
          kind: draft.kind, programs: programs.sorted { $0.precedes($1) },
          accesses: accesses.sorted().map(\.text) + (draft.rest.map { [$0] } ?? []),
          reason: draft.reason)
      }
    }.sorted {
      ($0.kind.rawValue, $0.programs.joined(separator: " "), $0.reason, $0.accesses.joined(separator: " "))
        < ($1.kind.rawValue, $1.programs.joined(separator: " "), $1.reason, $1.accesses.joined(separator: " "))
    }
  }

  // MARK: - Finishing

  /// What programs get besides their contexts. What of it is not known goes to the coverage.
  private func interface() throws(TypeError) -> ProgramInterface? {
    do throws(ExtractionError) {
      guard let found = try build.interface(meanings, effects: effects.effects) else { return nil }
      for (hole, programs) in found.holes {
        let draft = CoverageDraft(kind: .hole, reason: hole.reason, rest: hole.access)
        for program in programs { coverage[draft, default: [:]][program] = [] }
      }
      return found.interface
    } catch {
      if case .typeGraph(let inner) = error { throw inner }
      throw .malformed(error.description)
    }
  }

  private func finish(_ name: String, _ draft: ContextDraft) -> Context {
    let rules = draft.rules.map { key, value in
      AccessRule(
        field: key.field, offset: key.offset, size: key.size, parts: key.parts, kinds: key.kinds,
        registerType: key.registerType, needsPrivilege: key.needsPrivilege,
        programs: value.programs.sorted { $0.precedes($1) }, meaning: value.meaning,
        deviations: value.deviations, immediates: value.immediates,
        conversions: value.conversions.map { code, programs in
          ConversionRecord(programs: programs.sorted { $0.precedes($1) }, code: code)
        }.sorted { ($0.programs.joined(separator: " "), $0.code) < ($1.programs.joined(separator: " "), $1.code) })
    }
    return Context(name: name, layout: draft.layout, rules: rules.sorted(by: AccessRule.inOrder))
  }

  private func kernelSide() throws(TypeError) -> KernelSide {
    var members: [String: [NamedMember]] = [:]
    for (context, roots) in roots {
      var byPath: [String: NamedMember] = [:]
      for root in roots { byPath.merge(meanings.members(for: root)) { first, _ in first } }
      members[context] = byPath.values.sorted { $0.path.precedes($1.path) }
    }
    return KernelSide(
      members: members,
      // In order: of two structures of one name the first that a path leads to stands.
      structures: try KernelSideBuilder(types: build.types).structures(
        of: members.sorted { $0.key.precedes($1.key) }.flatMap(\.value)),
      numbers: build.oracle.configuredNumbers)
  }
}

extension String {
  /// Whether this stands before `other` in the order of their bytes, which no locale changes.
  func precedes(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}
