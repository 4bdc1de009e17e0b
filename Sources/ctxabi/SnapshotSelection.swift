import ContextABI

/// A part of a snapshot: some contexts, some programs.
struct SnapshotSelection {
  /// Names of structures; none stands for all.
  let contexts: [String]
  /// Names of programs or program types, in any case; none stands for all.
  let programs: [String]

  /// The part of `snapshot` that was asked for.
  func select(from snapshot: Snapshot) throws -> Snapshot {
    var result = snapshot
    if !contexts.isEmpty {
      let known = snapshot.contexts.map(\.name)
      for name in contexts where !known.contains(name) {
        throw Failure(
          message: "this kernel has no context \(name)\(Suggestion.text(for: name, among: known))",
          status: Failure.unknownName)
      }
      result.contexts = result.contexts.filter { contexts.contains($0.name) }
    }
    if !programs.isEmpty {
      result.programs = []
      for word in programs {
        let named = snapshot.programs.filter { Self.isNamed(word, $0.name, $0.type) }
        try check(word, named, of: snapshot)
        result.programs += named.filter { !result.programs.contains($0) }
      }
    }
    result.programs = result.programs.filter { program in
      result.contexts.contains { $0.name == program.context }
    }
    let kept = Set(result.programs.map(\.name))
    result.contexts = kept.isEmpty ? [] : result.contexts.map { Self.narrowed($0, to: kept) }
    result.coverage = result.coverage.filter { item in item.programs.contains(where: kept.contains) }
    result.interface = interface(of: snapshot, kept)
    return result
  }

  /// Whether a word means the program: `xdp`, `XDP`, `BPF_PROG_TYPE_XDP`, `cgroup_sock_addr/inet4_bind`, `ptr:sock`.
  static func isNamed(_ word: String, _ name: String, _ type: String) -> Bool {
    let prefix = "BPF_PROG_TYPE_"
    let upper = word.uppercased()
    let bare = upper.hasPrefix(prefix) ? String(upper.dropFirst(prefix.count)) : upper
    // A pointer is asked for with some program type, and is none of its programs.
    return bare == name.uppercased() || (bare == type && !name.hasPrefix("ptr:"))
  }

  /// Refuses a word for programs that no program has, or none that sees one of the contexts.
  private func check(_ word: String, _ named: [Program], of snapshot: Snapshot) throws {
    guard !named.isEmpty else {
      // Some program types have no fixed context, and helpers all the same.
      let others = snapshot.interface?.programs ?? []
      if others.contains(where: { Self.isNamed(word, $0.name, $0.type) }) { return }
      let known = Set(snapshot.programs.map { $0.name.hasPrefix("ptr:") ? $0.name : $0.type.lowercased() }).sorted()
      throw Failure(
        message: "this kernel has no programs of type \(word)\(Suggestion.text(for: word, among: known))",
        status: Failure.unknownName)
    }
    let seen = Set(named.map(\.context))
    guard contexts.isEmpty || !seen.isDisjoint(with: contexts) else {
      throw Failure(
        message:
          "programs of type \(word) see \(seen.sorted().joined(separator: ", ")), not \(contexts.joined(separator: ", "))",
        status: Failure.unknownName)
    }
  }

  /// What the programs that were asked for get besides their contexts.
  private func interface(of snapshot: Snapshot, _ kept: Set<String>) -> ProgramInterface? {
    guard let interface = snapshot.interface, !contexts.isEmpty || !programs.isEmpty else { return snapshot.interface }
    let named = interface.programs.filter { program in
      programs.contains { Self.isNamed($0, program.name, program.type) }
    }
    return interface.restricted(to: programs.isEmpty ? kept : Set(named.map(\.name)))
  }

  /// The context with the rules of these programs alone.
  static func narrowed(_ context: Context, to programs: Set<String>) -> Context {
    var context = context
    context.rules = context.rules.compactMap { rule in
      var rule = rule
      rule.programs = rule.programs.filter(programs.contains)
      rule.conversions = rule.conversions.compactMap { conversion in
        let kept = conversion.programs.filter(programs.contains)
        return kept.isEmpty ? nil : ConversionRecord(programs: kept, code: conversion.code)
      }
      return rule.programs.isEmpty ? nil : rule
    }
    return context
  }
}
