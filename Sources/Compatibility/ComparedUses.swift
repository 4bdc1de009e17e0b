import Comparison
import ContextABI
import Programs

/// The uses of a program on two builds, to tell which findings between the two touch it.
struct ComparedUses {
  /// A use that the program may get to on one of the builds.
  struct Entry {
    let old: UseJudgement
    let new: UseJudgement
  }

  let program: ProgramUses
  let entries: [Entry]
  /// What the program is in the snapshots: what findings name.
  private let names: Set<String>
  private let type: String?
  /// The numbers of the helpers that findings may name, on both builds.
  private let helpers: [String: Set<Int32>]

  private init(_ all: ComparedUses, entries: [Entry]) {
    (program, names, type, helpers) = (all.program, all.names, all.type, all.helpers)
    self.entries = entries
  }

  /// One of the uses alone.
  func only(_ entry: Entry) -> ComparedUses { ComparedUses(self, entries: [entry]) }

  init(_ program: ProgramUses, old: BuildRules, new: BuildRules) {
    self.program = program
    type = program.kind?.type
    let kind = program.kind
    names = Set(
      [old, new].flatMap { build -> [String] in
        var names = [kind.flatMap { build.interface?.program($0)?.name }].compactMap { $0 }
        if case .program(let name) = ProgramChoice(kind, in: build.snapshot) { names.append(name) }
        return names
      })
    var helpers: [String: Set<Int32>] = [:]
    for call in [old, new].flatMap({ program.calls(on: $0) }) where call.outcome != .unreached {
      helpers[call.name, default: []].insert(call.call.helper)
    }
    self.helpers = helpers
    var entries: [Entry] = []
    for (before, after) in zip(program.judgements(on: old), program.judgements(on: new))
    where before.outcome != .unreached || after.outcome != .unreached {
      if Self.follows(before, after, old, new) { continue }
      entries.append(Entry(old: before, new: after))
    }
    self.entries = entries
  }

  /// Whether CO-RE takes the access to where the same thing is now.
  private static func follows(_ before: UseJudgement, _ after: UseJudgement, _ old: BuildRules, _ new: BuildRules) -> Bool {
    guard before.use.relocation != nil, (before.offset, before.size) != (after.offset, after.size),
      before.outcome == .accepted, after.outcome == .accepted, let first = before.found, let second = after.found
    else { return false }
    return old.meaning(of: first) == new.meaning(of: second)
  }

  /// A change, its accesses in a form in which single ones can be looked up.
  struct Touch {
    let change: Change
    let accesses: Set<String>

    init(_ change: Change) {
      self.change = change
      accesses = Set(change.accesses)
    }
  }

  /// The uses that a change touches; nil where it touches none, and not the program as such.
  func uses(touchedBy touch: Touch) -> [CodePlace]? {
    let change = touch.change
    if change.context == Change.helpers { return calls(touchedBy: change) }
    guard !touch.accesses.isEmpty else {
      guard let field = change.field else { return names.isDisjoint(with: change.programs) ? nil : [] }
      if change.context == Change.programs { return isNamed(by: change) ? [] : nil }
      let full = "\(change.context).\(field)"
      return some(entries.filter { isAbout(change, $0) && [$0.old.field, $0.new.field].contains { Self.isPart($0, full) } })
    }
    return some(
      entries.filter { entry in
        [entry.old.access, entry.new.access].contains(where: touch.accesses.contains) && isAbout(change, entry)
      })
  }

  /// Whether a change that is about programs is about this one: `SCHED_CLS`, `CGROUP_SOCK_ADDR/INET4_BIND`.
  private func isNamed(by change: Change) -> Bool {
    let told = Set(change.programs + [change.field].compactMap { $0 })
    return !names.isDisjoint(with: told) || type.map(told.contains) ?? false
  }

  /// Whether a change is about the pointer that a use goes through.
  private func isAbout(_ change: Change, _ entry: Entry) -> Bool {
    let programs = Set([entry.old.program, entry.new.program].compactMap { $0 })
    guard change.programs.isEmpty || !programs.isDisjoint(with: change.programs) else { return false }
    return [entry.old.contextName, entry.new.contextName].contains(change.context)
      || Change.placesWithoutContext.contains(change.context)
  }

  private static func isPart(_ field: String?, _ whole: String) -> Bool {
    guard let field else { return false }
    return field == whole || field.hasPrefix(whole + "[") || field.hasPrefix(whole + ".")
  }

  private func some(_ entries: [Entry]) -> [CodePlace]? { entries.isEmpty ? nil : entries.map(\.old.use.codePlace) }

  /// The calls of the helper that a change is about.
  private func calls(touchedBy change: Change) -> [CodePlace]? {
    guard let name = change.field, let numbers = helpers[name],
      change.programs.isEmpty || !names.isDisjoint(with: change.programs)
    else { return nil }
    return program.calls.filter { numbers.contains($0.helper) }.map(\.codePlace)
  }
}

extension UseJudgement {
  /// The access on the build, where it is one.
  var found: BuildRules.Access? {
    guard let program, let kind = use.kind.access, let offset else { return nil }
    return BuildRules.Access(program: program, kind: kind, offset: offset, size: size)
  }

  /// The structure that the access is in.
  var contextName: String? {
    field.map { String($0.prefix { $0 != "." && $0 != " " }) }
  }
}
