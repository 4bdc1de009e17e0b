import ContextABI

/// Holds findings against the ledger: every difference is claimed by one, or becomes one.
struct Accounting {
  private(set) var findings: [Finding]
  private let layouts: [String: LayoutComparison]
  private let sides: ComparedSides
  private let contexts: [String: String]
  private let hasHoles: Bool

  init(_ ledger: Ledger, _ findings: [Finding], _ layouts: [String: LayoutComparison], _ sides: ComparedSides) {
    self.findings = findings
    self.layouts = layouts
    self.sides = sides
    contexts = Dictionary(
      (sides.old.programs + sides.new.programs).map { ($0.name, $0.context) }, uniquingKeysWith: { first, _ in first })
    hasHoles = [sides.old, sides.new].contains { $0.coverage.contains(where: \.isHole) }
    var open = ledger.differences
    for finding in findings { open.subtract(finding.claims) }
    open = open.filter { !isHidden($0) && !isConsequence($0) && !isOfAccess($0, ledger.differences) }
    noteKernel(open)
    open = open.filter { if case .kernel = $0 { false } else { true } }
    self.findings += Self.unexplained(open)
  }

  /// Whether one of the builds does not tell the record: what is said of its coverage stands for it.
  private func isHidden(_ difference: Difference) -> Bool {
    guard hasHoles else { return false }
    let builds = [sides.old, sides.new]
    switch difference {
    case .access(let program, let spot, .acceptance):
      return builds.contains { $0.unknown(of: program).contains(spot) }
    case .effect(let access, _):
      return builds.contains { $0.unknown(of: access.program).containsAny(access.kind) }
    case .program(let name, .removed): return sides.new.couldNotAsk(for: String(name.prefix { $0 != "/" && $0 != "+" }))
    case .program(let name, .added): return sides.old.couldNotAsk(for: String(name.prefix { $0 != "/" && $0 != "+" }))
    default: return false
    }
  }

  /// Whether a difference follows from a finding that is about more than one record.
  private func isConsequence(_ difference: Difference) -> Bool {
    switch difference {
    case .access(let program, let spot, let aspect):
      guard sides.commonKinds.contains(spot.kind) else { return true }
      switch aspect {
      // What can't be told of one build is said by its coverage.
      case .privilege where sides.privilegesAreUnknown((program, program)): return true
      case .registerType where sides.registerTypeIsUnknown(spot, program): return true
      // Instructions are those of the meaning, of the registers, of the field that stands there.
      case .conversion:
        return findings.contains { finding in
          [Difference.AccessAspect.meaning, .immediates, .registerType].contains {
            finding.claims.contains(.access(program: program, spot, $0))
          }
        } || isDisplaced(program, spot)
      case .field: return isRenamed(program, spot) || isDisplaced(program, spot)
      default: return isDisplaced(program, spot)
      }
    case .context(let name, .size): return layouts[name]?.isSizeOfMembers ?? false
    case .context(let name, .alignment): return layouts[name] == nil
    default: return false
    }
  }

  /// Whether what an access does to the program, or asks for, came or went with the access, or with its privilege.
  private func isOfAccess(_ difference: Difference, _ all: Set<Difference>) -> Bool {
    guard case .effect(let access, let aspect) = difference else { return false }
    return all.contains { other in
      guard case .access(access.program, let spot, let told) = other, spot.kind == access.kind else { return false }
      return told == .acceptance || told == .field || (told == .privilege && aspect == .capabilities)
    }
  }

  /// Whether the access is to bytes of fields that moved, came or went: those are the findings.
  private func isDisplaced(_ program: String, _ spot: AccessTable.Spot) -> Bool {
    contexts[program].flatMap { layouts[$0] }?.isDisplaced(spot, isNew: true) ?? false
  }

  private func isRenamed(_ program: String, _ spot: AccessTable.Spot) -> Bool {
    contexts[program].flatMap { layouts[$0] }?.isNamedOtherwise(spot) ?? false
  }

  // MARK: - What is left

  private mutating func noteKernel(_ open: Set<Difference>) {
    var structures: Set<String> = []
    var paths: [String: Set<String>] = [:]
    for case .kernel(let record) in open {
      switch record {
      case .structure(let name): structures.insert(name)
      case .member(let context, let path): paths[context, default: []].insert(path)
      case .number(let name): structures.insert(name)
      }
    }
    guard !structures.isEmpty || !paths.isEmpty else { return }
    var collector = FindingCollector()
    let title = Observation.Title.sentence("kernel structures behind the contexts have other members, or have them elsewhere")
    for name in structures {
      collector.add(
        Observation(rule: .kernelMembersDiffer, context: Change.kernel, field: name, title: title, cause: .init("members")))
    }
    for (context, paths) in paths {
      collector.add(
        Observation(
          rule: .kernelMembersDiffer, context: Change.kernel, field: context, remark: paths.sorted().joined(separator: ", "),
          title: title, cause: .init("members")))
    }
    findings += collector.findings
  }

  /// What no rule explains, record by record.
  private static func unexplained(_ open: Set<Difference>) -> [Finding] {
    var collector = FindingCollector()
    for difference in open {
      collector.add(
        Observation(
          rule: .unexplainedDifference, context: difference.context, field: difference.field,
          programs: difference.program.map { [$0] } ?? [], access: difference.spot, remark: difference.aspectText,
          title: .fields(
            one: "differs in a way that no rule explains: \(difference.aspectText)",
            many: "differ in a way that no rule explains: \(difference.aspectText)"),
          cause: .init(difference.aspectText), claims: [difference]))
    }
    return collector.findings
  }
}

extension ComparedSides {
  /// Whether one of the builds can't tell what register type a read gives.
  func registerTypeIsUnknown(_ spot: AccessTable.Spot, _ program: String) -> Bool {
    (old.coverage + new.coverage).contains { $0.kind == .registerType && $0.programs.contains(program) }
  }
}

extension Difference {
  fileprivate var context: String {
    switch self {
    case .context(let name, _), .member(let name, _, _): name
    case .program: Change.programs
    case .access(let program, _, _): program
    case .coverage: Change.coverage
    case .kernel: Change.kernel
    case .helper, .grant: Change.helpers
    case .effect(let access, _): access.context
    case .addition, .interfaceProgram: Change.programs
    case .byteOrder, .grouping, .interface: Change.everything
    }
  }

  fileprivate var field: String? {
    switch self {
    case .member(_, let name, _): name
    case .program(let name, _): name
    case .access(_, let spot, _): spot.text
    case .helper(let name, _), .grant(let name, _, _, _), .interfaceProgram(let name, _): name
    case .effect(let access, _): access.field
    case .addition(let spot, _): spot.program
    default: nil
    }
  }

  fileprivate var program: String? {
    switch self {
    case .access(let program, _, _), .grant(_, let program, _, _): program
    case .effect(let access, _): access.program
    default: nil
    }
  }
  fileprivate var spot: AccessTable.Spot? { if case .access(_, let spot, _) = self { spot } else { nil } }

  /// Which record differs: `register type`, `alignment`.
  fileprivate var aspectText: String {
    switch self {
    case .byteOrder: "byte order"
    case .program(_, let aspect): "\(aspect)"
    case .context(_, let aspect): "\(aspect)"
    case .member(_, _, let aspect): "\(aspect)"
    case .access(_, _, let aspect): "\(aspect)"
    case .coverage(let item): "coverage: \(item.reason)"
    case .kernel: "kernel"
    case .helper(_, let aspect): "helper: \(aspect)"
    case .grant(_, _, _, let aspect): "what programs get of a helper: \(aspect)"
    case .effect(_, let aspect): "what an access does to the program: \(aspect)"
    case .addition(let spot, let aspect): "\(spot.place.rawValue): \(aspect)"
    case .interfaceProgram(_, let aspect): "what is said of a program: \(aspect)"
    case .interface: "what programs get besides their contexts"
    case .grouping: "how accesses are put together in records"
    }
  }
}
