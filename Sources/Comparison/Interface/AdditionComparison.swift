import ContextABI

/// Compares the instructions that the kernel adds to programs.
struct AdditionComparison {
  private(set) var observations: [Observation] = []

  init(_ pair: InterfacePair) {
    let (before, after) = (AdditionList(pair.old), AdditionList(pair.new))
    for program in pair.programs {
      for spot in Set(before.additions.keys).union(after.additions.keys) where spot.program == program {
        compare(spot, before.additions[spot], after.additions[spot])
      }
    }
  }

  private mutating func compare(_ spot: AdditionList.Spot, _ old: ProgramAddition?, _ new: ProgramAddition?) {
    let name = spot.place.rawValue
    func text(_ addition: ProgramAddition?) -> String { addition?.steps.joined(separator: "; ") ?? "none" }
    if old?.steps == new?.steps, old?.code != new?.code {
      note(.addedCodeRewritten, spot, old?.code, new?.code, "the instructions of the \(name) differ, and do the same", [.code])
      return
    }
    guard old?.steps != new?.steps else { return }
    let aspects: [Difference.AdditionAspect] = [.presence, .steps, .code]
    switch (spot.place, old, new) {
    case (.absoluteLoad, _?, nil), (.indirectLoad, _?, nil):
      note(.packetLoadRemoved, spot, text(old), text(new), "programs can no longer load from the packet directly", aspects)
    case (.absoluteLoad, nil, _?), (.indirectLoad, nil, _?):
      note(.packetLoadAdded, spot, text(old), text(new), "programs can load from the packet directly", aspects)
    case (_, _?, nil): note(.addedCodeChanged, spot, text(old), text(new), "there is no \(name) any more", aspects)
    case (_, nil, _?): note(.addedCodeChanged, spot, text(old), text(new), "there is a \(name) now", aspects)
    default: note(.addedCodeChanged, spot, text(old), text(new), "the \(name) does something else", aspects)
    }
  }

  private mutating func note(
    _ rule: Rule, _ spot: AdditionList.Spot, _ before: String?, _ after: String?, _ sentence: String,
    _ aspects: [Difference.AdditionAspect]
  ) {
    observations.append(
      Observation(
        rule: rule, context: Change.programs, field: spot.program, programs: [spot.program], before: before, after: after,
        remark: spot.size.map { "\(spot.place.rawValue) of \($0) \($0 == 1 ? "byte" : "bytes")" },
        title: .sentence(sentence), cause: .init(sentence), claims: aspects.map { .addition(spot, $0) }))
  }
}
