import ContextABI

/// Compares what programs there are, and pairs those whose accesses are compared.
struct ProgramComparison {
  private(set) var observations: [Observation] = []
  private let old: [String: Program]
  private let new: [String: Program]

  init(_ old: Snapshot, _ new: Snapshot) {
    self.old = Dictionary(old.programs.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    self.new = Dictionary(new.programs.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    compareTypes(old, new)
    compareNumbers()
    compareAttachTypes()
    compareStates()
    comparePointers(old, new)
    compareContexts()
    compareModifiedPointers()
  }

  private mutating func compareTypes(_ past: Snapshot, _ now: Snapshot) {
    let (oldTypes, newTypes) = (Self.types(of: old), Self.types(of: new))
    for program in Self.inOrder(old)
    where !program.isPointer && !newTypes.contains(program.type) && !now.couldNotAsk(for: program.type) {
      observe(
        .programTypeRemoved, program.type, [program.name],
        .things(noun: "program type", plural: "program types", one: "is no longer supported", many: "are no longer supported"),
        [.program(program.name, .removed)])
    }
    for program in Self.inOrder(new)
    where !program.isPointer && !oldTypes.contains(program.type) && !past.couldNotAsk(for: program.type) {
      observe(
        .programTypeAdded, program.type, [program.name],
        .things(noun: "program type", plural: "program types", one: "is new", many: "are new"),
        [.program(program.name, .added)])
    }
  }

  private static func types(of programs: [String: Program]) -> Set<String> {
    Set(programs.values.filter { !$0.isPointer }.map(\.type))
  }

  private static func inOrder(_ programs: [String: Program]) -> [Program] {
    programs.values.sorted { $0.name < $1.name }
  }

  private mutating func observe(
    _ rule: Rule, _ field: String, _ programs: [String], _ title: Observation.Title, _ claims: [Difference],
    before: String? = nil, after: String? = nil, cause: String = ""
  ) {
    observations.append(
      Observation(
        rule: rule, context: Change.programs, field: field, programs: programs, before: before, after: after, title: title,
        cause: .init(cause), claims: claims))
  }

  private mutating func compareNumbers() {
    for program in Self.inOrder(old) {
      guard let other = new[program.name], other.typeNumber != program.typeNumber else { continue }
      observe(
        .programTypeRenumbered, program.type, [],
        .things(noun: "program type", plural: "program types", one: "has another number", many: "have other numbers"),
        [.program(program.name, .number)], before: "BPF_PROG_TYPE_\(program.type) = \(program.typeNumber)",
        after: "BPF_PROG_TYPE_\(program.type) = \(other.typeNumber)")
    }
  }

  private mutating func compareAttachTypes() {
    let (oldTypes, newTypes) = (Self.types(of: old), Self.types(of: new))
    for program in Self.inOrder(old) where newTypes.contains(program.type) && new[program.name] == nil && program.isAttached {
      observe(
        .attachTypeRemoved, program.name, [program.name],
        .things(noun: "attach type", plural: "attach types", one: "is gone", many: "are gone"),
        [.program(program.name, .removed)])
    }
    for program in Self.inOrder(new) where oldTypes.contains(program.type) && old[program.name] == nil && program.isAttached {
      observe(
        .attachTypeAdded, program.name, [program.name],
        .things(noun: "attach type", plural: "attach types", one: "is new", many: "are new"),
        [.program(program.name, .added)])
    }
  }

  /// Programs after an access that changes what others do: what they do is compared with what is done without it.
  private mutating func compareStates() {
    let (oldTypes, newTypes) = (Self.types(of: old), Self.types(of: new))
    for program in Self.inOrder(old)
    where program.isVariant && new[program.name] == nil && newTypes.contains(program.type) {
      observe(
        .accessStateChanged, program.name, [program.name],
        .sentence("an earlier access no longer changes what others do: \(program.name)"),
        [.program(program.name, .removed)], cause: program.name)
    }
    for program in Self.inOrder(new)
    where program.isVariant && old[program.name] == nil && oldTypes.contains(program.type) {
      observe(
        .accessStateChanged, program.name, [program.name],
        .sentence("an earlier access changes what others do: \(program.name)"), [.program(program.name, .added)],
        cause: program.name)
    }
  }

  /// Pointers that came or went while their structure stayed; with it, the structure's finding tells them.
  private mutating func comparePointers(_ before: Snapshot, _ after: Snapshot) {
    let common = Set(before.contexts.map(\.name)).intersection(after.contexts.map(\.name))
    for program in Self.inOrder(old)
    where program.isPointer && new[program.name] == nil && common.contains(program.context) {
      observe(
        .pointerRemoved, program.name, [program.name],
        .sentence("\(program.context) is no longer read through pointers to \(program.name.dropFirst(4))"),
        [.program(program.name, .removed)], cause: program.name)
    }
    for program in Self.inOrder(new)
    where program.isPointer && old[program.name] == nil && common.contains(program.context) {
      observe(
        .pointerAdded, program.name, [program.name],
        .sentence("\(program.context) is read through pointers to \(program.name.dropFirst(4))"),
        [.program(program.name, .added)], cause: program.name)
    }
  }

  private mutating func compareContexts() {
    for program in Self.inOrder(old) {
      guard let other = new[program.name] else { continue }
      if other.context != program.context {
        observe(
          .contextChanged, program.type, [program.name],
          .sentence("programs of type \(program.type) see \(other.context) instead of \(program.context)"),
          [.program(program.name, .context), .program(program.name, .kernelContext)],
          before: program.context, after: other.context,
          cause: "\(program.type) \(program.context) \(other.context)")
      } else if other.kernelContext != program.kernelContext {
        observe(
          .kernelContextChanged, program.context, [program.name],
          .sentence("\(other.kernelContext) stands behind \(program.context) instead of \(program.kernelContext)"),
          [.program(program.name, .kernelContext)], before: program.kernelContext, after: other.kernelContext,
          cause: "\(program.context) \(program.kernelContext) \(other.kernelContext)")
      }
    }
  }

  /// Whether programs may add to the context pointer; of some builds that can't be told.
  private mutating func compareModifiedPointers() {
    var untold: [String] = []
    for program in Self.inOrder(old) {
      guard let other = new[program.name] else { continue }
      switch (program.takesModifiedPointers, other.takesModifiedPointers) {
      case (true, false): note(.modifiedPointerRefused, "may no longer add to the context pointer", program)
      case (false, true): note(.modifiedPointerTaken, "may add to the context pointer", program)
      case (nil, _?), (_?, nil): untold.append(program.name)
      default: break
      }
    }
    guard !untold.isEmpty else { return }
    observations.append(
      Observation(
        rule: .coverageRemark, context: Change.coverage, field: "modified pointers", programs: untold,
        title: .sentence("whether programs may add to the context pointer is not known of one of the builds"),
        cause: .init("modified pointers"), claims: untold.map { .program($0, .modifiedPointers) }))
  }

  private mutating func note(_ rule: Rule, _ sentence: String, _ program: Program) {
    observe(
      rule, program.name, [program.name],
      .things(noun: "program type", plural: "program types", one: sentence, many: sentence),
      [.program(program.name, .modifiedPointers)])
  }

  /// The pointers of a context that one side alone has: they came, or went, with it.
  func pointerClaims(of context: Context) -> [Difference] {
    Self.inOrder(old).filter { $0.context == context.name && new[$0.name] == nil && $0.isPointer }.map {
      .program($0.name, .removed)
    }
      + Self.inOrder(new).filter { $0.context == context.name && old[$0.name] == nil && $0.isPointer }.map {
        .program($0.name, .added)
      }
  }

  /// Whether a context is gone only because the programs that saw it are, or see another one: then that is the finding.
  func explainsLoss(of context: Context) -> Bool {
    old.values.contains { $0.context == context.name && !$0.isPointer }
  }

  /// The new program whose accesses an old one's are compared with; nil where there is none.
  ///
  /// A program that accessed a certain field before (`SCHED_CLS+tstamp_type`) is a program of its own only where that makes
  /// a difference; where it makes none, it is like any other of its type.
  func counterpart(of program: String) -> String? {
    guard let before = old[program] else { return nil }
    let name = new[program] == nil ? before.baseName : program
    guard let after = new[name], after.context == before.context else { return nil }
    return name
  }

  /// The old program that a new one is compared with, where the old build has none of this name.
  func predecessor(of program: String) -> String? {
    guard old[program] == nil, let after = new[program], after.isVariant,
      let before = old[after.baseName], before.context == after.context
    else { return nil }
    return before.name
  }

  /// The pairs of programs of one context whose accesses are compared.
  func pairs(in context: String) -> [(old: String, new: String)] {
    var result: [(old: String, new: String)] = []
    for program in old.values.sorted(by: { $0.name < $1.name }) where program.context == context {
      if let other = counterpart(of: program.name) { result.append((program.name, other)) }
    }
    for program in new.values.sorted(by: { $0.name < $1.name }) where program.context == context {
      if let other = predecessor(of: program.name) { result.append((other, program.name)) }
    }
    return result
  }

  func kernelContexts(_ pair: (old: String, new: String)) -> (old: String, new: String) {
    (old[pair.old]?.kernelContext ?? "", new[pair.new]?.kernelContext ?? "")
  }
}

extension Program {
  /// Whether it stands for what has a socket pointer: it is asked for with some program type, but belongs to none.
  var isPointer: Bool { name.hasPrefix("ptr:") }

  /// Whether it is a program after an access that changes what others do.
  var isVariant: Bool { name.contains("+") }

  /// Whether it stands for programs of a type, or an attach type of it.
  var isAttached: Bool { !isPointer && !isVariant }

  /// The name of the program before that access.
  var baseName: String { String(name.prefix { $0 != "+" }) }
}
