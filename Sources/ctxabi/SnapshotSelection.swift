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
      for name in contexts where !snapshot.contexts.contains(where: { $0.name == name }) {
        let known = snapshot.contexts.map(\.name).joined(separator: ", ")
        throw Failure(message: "this kernel has no context \(name); it has \(known)")
      }
      result.contexts = result.contexts.filter { contexts.contains($0.name) }
    }
    if !programs.isEmpty {
      let wanted = Set(programs.map { $0.uppercased() })
      let names = snapshot.programs.filter {
        wanted.contains($0.name.uppercased()) || wanted.contains($0.type)
      }
      let others = snapshot.interface?.programs ?? []
      for name in programs
      where !names.contains(where: { $0.name.uppercased() == name.uppercased() || $0.type == name.uppercased() })
        && !others.contains(where: { $0.name.uppercased() == name.uppercased() || $0.type == name.uppercased() })
      {
        throw Failure(message: "this kernel has no programs of type \(name)")
      }
      result.programs = names
    }
    result.programs = result.programs.filter { program in
      result.contexts.contains { $0.name == program.context }
    }
    let kept = Set(result.programs.map(\.name))
    result.contexts = result.contexts.compactMap { Self.narrowed($0, to: kept) }
    result.coverage = result.coverage.filter { item in item.programs.contains(where: kept.contains) }
    result.interface = interface(of: snapshot, kept)
    return result
  }

  /// What the programs that were asked for get besides their contexts.
  private func interface(of snapshot: Snapshot, _ kept: Set<String>) -> ProgramInterface? {
    guard let interface = snapshot.interface, !contexts.isEmpty || !programs.isEmpty else { return snapshot.interface }
    let wanted = Set(programs.map { $0.uppercased() })
    // Some program types have no fixed context.
    let named = interface.programs.filter { wanted.contains($0.name.uppercased()) || wanted.contains($0.type) }
    return interface.restricted(to: programs.isEmpty ? kept : Set(named.map(\.name)))
  }

  /// The context with the rules of these programs alone; nil where there is none.
  private static func narrowed(_ context: Context, to programs: Set<String>) -> Context? {
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
    return programs.isEmpty ? nil : context
  }
}
