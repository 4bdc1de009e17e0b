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
      for given in programs {
        let word = ProgramWord.resolved(given, among: ProgramWord.known(in: [snapshot])) ?? given
        let named = snapshot.programs.filter { Program.isNamed(word, name: $0.name, type: $0.type) }
        try check(word, named, of: snapshot)
        result.programs += named.filter { !result.programs.contains($0) }
      }
    }
    result.programs = result.programs.filter { program in
      result.contexts.contains { $0.name == program.context }
    }
    let kept = Set(result.programs.map(\.name))
    // Where programs were asked for, what they don't see is none of it.
    let seen = Set(result.programs.map(\.context))
    result.contexts = kept.isEmpty ? [] : result.contexts.filter { programs.isEmpty || seen.contains($0.name) }
    result.contexts = result.contexts.map { Self.narrowed($0, to: kept) }
    result.coverage = result.coverage.filter { item in item.programs.contains(where: kept.contains) }
    result.interface = interface(of: snapshot, kept)
    return result
  }

  /// Refuses a word for programs that no program has, or none that sees one of the contexts.
  private func check(_ word: String, _ named: [Program], of snapshot: Snapshot) throws {
    guard !named.isEmpty else {
      // Some program types have no fixed context, and helpers all the same.
      let others = snapshot.interface?.programs ?? []
      if others.contains(where: { Program.isNamed(word, name: $0.name, type: $0.type) }) { return }
      let known = ProgramWord.offers(snapshot.programs.map { ($0.name, $0.type, $0.attachType) })
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
    let words = programs.map { ProgramWord.resolved($0, among: ProgramWord.known(in: [snapshot])) ?? $0 }
    let named = interface.programs.filter { program in
      words.contains { Program.isNamed($0, name: program.name, type: program.type) }
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
