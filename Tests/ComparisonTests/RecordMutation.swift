import ContextABI

/// Changes one record of a snapshot at random, always in the same sequence.
struct RecordMutation: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// Steele, Lea and Flood's SplitMix64.
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  private mutating func below(_ bound: Int) -> Int { bound > 0 ? Int(next() % UInt64(bound)) : 0 }

  /// Changes `snapshot`, and says what.
  mutating func change(_ snapshot: inout Snapshot) -> String {
    let context = below(snapshot.contexts.count)
    switch below(5) {
    case 0:
      let program = below(snapshot.programs.count)
      return changeProgram(&snapshot, program)
    case 1: return changeLayout(&snapshot.contexts[context])
    case 2 where !snapshot.coverage.isEmpty:
      snapshot.coverage.remove(at: below(snapshot.coverage.count))
      return "an item of coverage is gone"
    default:
      guard !snapshot.contexts[context].rules.isEmpty else { return changeLayout(&snapshot.contexts[context]) }
      let rule = below(snapshot.contexts[context].rules.count)
      return "\(snapshot.contexts[context].name): " + changeRule(&snapshot.contexts[context].rules[rule])
    }
  }

  private mutating func changeProgram(_ snapshot: inout Snapshot, _ program: Int) -> String {
    switch below(3) {
    case 0:
      snapshot.programs[program].typeNumber += 1
      return "another number of \(snapshot.programs[program].name)"
    case 1:
      snapshot.programs[program].kernelContext += "_kern"
      return "another kernel context of \(snapshot.programs[program].name)"
    default: return "\(snapshot.programs.remove(at: program).name) is gone"
    }
  }

  private mutating func changeLayout(_ context: inout Context) -> String {
    guard !context.layout.members.isEmpty else {
      context.layout.size += 8
      return "\(context.name) has a size"
    }
    let member = below(context.layout.members.count)
    let name = "\(context.name).\(context.layout.members[member].name)"
    switch below(6) {
    case 0: context.layout.size += 8
    case 1: context.layout.alignment *= 2
    case 2: context.layout.members[member].bitOffset += 8
    case 3: context.layout.members[member].type += " *"
    case 4: context.layout.members[member].encoding += "x"
    default: context.layout.members.remove(at: member)
    }
    return "the layout at \(name)"
  }

  private mutating func changeRule(_ rule: inout AccessRule) -> String {
    let place = "\(rule.field) at \(rule.offset):\(rule.size)"
    switch below(9) {
    case 0:
      rule.field += "x"
      return "the field of \(place)"
    case 1:
      rule.parts = rule.parts == .whole ? .aligned : .whole
      return "the parts of \(place)"
    case 2:
      rule.kinds = rule.kinds == [.read] ? [.write] : [.read]
      return "the kinds of \(place)"
    case 3:
      rule.registerType += "X"
      return "the register type of \(place)"
    case 4:
      rule.needsPrivilege.toggle()
      return "the privilege of \(place)"
    case 5:
      rule.programs.remove(at: below(rule.programs.count))
      return "a program of \(place)"
    case 6:
      rule.meaning = .read(.constant(next() >> 40))
      return "the meaning of \(place)"
    case 7:
      rule.deviations =
        rule.deviations.isEmpty ? [RegisterDeviation(registers: .same, meaning: .read(.constant(7)))] : []
      return "the registers of \(place)"
    default:
      if !rule.conversions.isEmpty { rule.conversions[0].code += " 9500000000000000" }
      return "the instructions of \(place)"
    }
  }
}
