import ContextABI

/// Compares the instructions that the kernel adds to programs.
struct AdditionComparison {
  private(set) var observations: [Observation] = []

  init(_ pair: InterfacePair) {
    let (before, after) = (AdditionList(pair.old), AdditionList(pair.new))
    let programs = pair.programsWithKnownAdditions
    for spot in Set(before.additions.keys).union(after.additions.keys) where programs.contains(spot.program) {
      compare(spot, before.additions[spot], after.additions[spot])
    }
  }

  private mutating func compare(_ spot: AdditionList.Spot, _ old: ProgramAddition?, _ new: ProgramAddition?) {
    let name = spot.place.rawValue
    func text(_ addition: ProgramAddition?) -> String { addition?.steps.joined(separator: "; ") ?? "none" }
    if let old, let new, old.steps == new.steps, Self.differInOffsets(old.code, new.code) {
      note(.shadowFollowed, spot, old.code, new.code, "reads kernel members at their new places in its \(name)", [.code])
      return
    }
    if old?.steps == new?.steps, old?.code != new?.code {
      note(
        .addedCodeRewritten, spot, old?.code, new?.code,
        "has \(Self.article(name)) \(name) of other instructions that do the same", [.code])
      return
    }
    guard old?.steps != new?.steps else { return }
    let aspects: [Difference.AdditionAspect] = [.presence, .steps, .code]
    switch (spot.place, old, new) {
    case (.absoluteLoad, _?, nil), (.indirectLoad, _?, nil):
      note(.packetLoadRemoved, spot, text(old), text(new), "can no longer load from the packet directly", aspects)
    case (.absoluteLoad, nil, _?), (.indirectLoad, nil, _?):
      note(.packetLoadAdded, spot, text(old), text(new), "can load from the packet directly", aspects)
    case (_, _?, nil): note(.addedCodeChanged, spot, text(old), text(new), "has no \(name) any more", aspects)
    case (_, nil, _?): note(.addedCodeChanged, spot, text(old), text(new), "has \(Self.article(name)) \(name) now", aspects)
    default:
      note(.addedCodeChanged, spot, text(old), text(new), "has \(Self.article(name)) \(name) that does something else", aspects)
    }
  }

  /// Whether nothing differs but where loads are from: the third and fourth byte of an instruction.
  private static func differInOffsets(_ old: String, _ new: String) -> Bool {
    let (before, after) = (old.split(separator: " "), new.split(separator: " "))
    guard old != new, before.count == after.count else { return false }
    return zip(before, after).allSatisfy { left, right in
      guard left != right else { return true }
      let isLoad = UInt8(left.prefix(2), radix: 16).map { $0 & 7 == 1 } ?? false
      return isLoad && left.prefix(4) == right.prefix(4) && left.suffix(8) == right.suffix(8)
    }
  }

  private static func article(_ name: String) -> String { "aeiou".contains(name.prefix(1)) ? "an" : "a" }

  private mutating func note(
    _ rule: Rule, _ spot: AdditionList.Spot, _ before: String?, _ after: String?, _ sentence: String,
    _ aspects: [Difference.AdditionAspect]
  ) {
    observations.append(
      Observation(
        rule: rule, context: Change.programs, field: spot.program, programs: [spot.program], before: before, after: after,
        remark: spot.size.map { "\(spot.place.rawValue) of \($0) \($0 == 1 ? "byte" : "bytes")" },
        title: .things(noun: "program type", plural: "program types", one: sentence, many: Verb.plural(sentence)),
        cause: .init(sentence), claims: aspects.map { .addition(spot, $0) }))
  }
}
