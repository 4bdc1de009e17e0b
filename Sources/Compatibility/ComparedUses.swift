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

  private init(_ all: ComparedUses, entries: [Entry]) {
    (program, names, type) = (all.program, all.names, all.type)
    self.entries = entries
  }

  /// One of the uses alone.
  func only(_ entry: Entry) -> ComparedUses { ComparedUses(self, entries: [entry]) }

  init(_ program: ProgramUses, old: BuildRules, new: BuildRules) {
    self.program = program
    type = program.kind?.type
    names = Set(
      [old, new].compactMap { build in
        if case .program(let name) = ProgramChoice(program.kind, in: build.snapshot) { name } else { nil }
      })
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
  func uses(touchedBy touch: Touch) -> [Use]? {
    let change = touch.change
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

  private func some(_ entries: [Entry]) -> [Use]? { entries.isEmpty ? nil : entries.map(\.old.use) }
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
