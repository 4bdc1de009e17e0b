import ContextABI

/// Compares what programs there are, and pairs those whose accesses are compared.
struct ProgramComparison {
  private(set) var changes: [Change] = []
  private let old: [String: Program]
  private let new: [String: Program]

  init(_ old: Snapshot, _ new: Snapshot) {
    self.old = Dictionary(old.programs.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    self.new = Dictionary(new.programs.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    compareTypes(old, new)
    compareContexts()
  }

  private mutating func compareTypes(_ old: Snapshot, _ new: Snapshot) {
    let oldTypes = Set(old.programs.filter { !$0.isPointer }.map(\.type))
    let newTypes = Set(new.programs.filter { !$0.isPointer }.map(\.type))
    for type in oldTypes.subtracting(newTypes).sorted() {
      changes.append(
        Change(
          .programTypeRemoved, context: Change.programs, field: type,
          "programs of type \(type) are no longer supported"))
    }
    for type in newTypes.subtracting(oldTypes).sorted() {
      changes.append(
        Change(
          .programTypeAdded, context: Change.programs, field: type,
          "programs of type \(type) are new"))
    }
    compareNumbers(old, new)
    for program in old.programs where newTypes.contains(program.type) && self.new[program.name] == nil && program.isAttached {
      changes.append(
        Change(
          .attachTypeRemoved, context: Change.programs, field: program.name,
          "\(program.type) programs can no longer have the attach type \(program.attachType ?? "none")"))
    }
    for program in new.programs where oldTypes.contains(program.type) && self.old[program.name] == nil && program.isAttached {
      changes.append(
        Change(
          .attachTypeAdded, context: Change.programs, field: program.name,
          "\(program.type) programs can have the attach type \(program.attachType ?? "none")"))
    }
  }

  private mutating func compareNumbers(_ old: Snapshot, _ new: Snapshot) {
    let numbers = Dictionary(new.programs.map { ($0.type, $0.typeNumber) }, uniquingKeysWith: { first, _ in first })
    var seen: Set<String> = []
    for program in old.programs where !program.isPointer && seen.insert(program.type).inserted {
      guard let number = numbers[program.type], number != program.typeNumber else { continue }
      var evidence = Change.Evidence()
      evidence.before = "BPF_PROG_TYPE_\(program.type) = \(program.typeNumber)"
      evidence.after = "BPF_PROG_TYPE_\(program.type) = \(number)"
      changes.append(
        Change(
          .programTypeRenumbered, context: Change.programs, field: program.type,
          "\(program.type) is number \(number) instead of \(program.typeNumber)", evidence: evidence))
    }
  }

  private mutating func compareContexts() {
    for program in old.values.sorted(by: { $0.name < $1.name }) {
      guard let other = new[program.name], other.context != program.context else { continue }
      changes.append(
        Change(
          .contextChanged, context: Change.programs, field: program.type, programs: [program.name],
          "programs of type \(program.type) see \(other.context) instead of \(program.context)"))
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
