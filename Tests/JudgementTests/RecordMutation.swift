import ContextABI

/// Changes one record of a snapshot at random, always in the same sequence.
struct RecordMutation: RandomNumberGenerator {
  /// What was changed, and how that is to be judged where it is clear.
  struct Change {
    let what: String
    /// Whether the change breaks programs; nil where that hangs on more than the record.
    var breaks: Bool?
    /// Whether its reverse does.
    var breaksBack: Bool?
  }

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

  mutating func below(_ bound: Int) -> Int { bound > 0 ? Int(next() % UInt64(bound)) : 0 }

  /// Changes a record of `snapshot`.
  mutating func change(_ snapshot: inout Snapshot) -> Change {
    let context = below(snapshot.contexts.count)
    switch below(8) {
    case 0: return changeProgram(&snapshot)
    case 1: return changeLayout(&snapshot.contexts[context])
    case 2: return changeCoverage(&snapshot)
    case 3: return changeKernel(&snapshot.kernel)
    default:
      guard !snapshot.contexts[context].rules.isEmpty else { return changeLayout(&snapshot.contexts[context]) }
      let rule = below(snapshot.contexts[context].rules.count)
      return changeRule(&snapshot.contexts[context], rule)
    }
  }

  // MARK: - Programs, coverage, kernel

  private mutating func changeProgram(_ snapshot: inout Snapshot) -> Change {
    let program = below(snapshot.programs.count)
    let name = snapshot.programs[program].name
    switch below(4) {
    case 0 where !name.hasPrefix("ptr:"):
      snapshot.programs[program].typeNumber += 1
      return Change(what: "another number of \(name)", breaks: true, breaksBack: true)
    case 1:
      snapshot.programs[program].kernelContext += "_kern"
      return Change(what: "another kernel context of \(name)")
    case 2:
      snapshot.byteOrder = snapshot.byteOrder == .little ? .big : .little
      return Change(what: "the byte order")
    default:
      let type = snapshot.programs[program].type
      snapshot.programs.removeAll { $0.type == type }
      return Change(what: "\(type) is gone", breaks: true)
    }
  }

  private mutating func changeCoverage(_ snapshot: inout Snapshot) -> Change {
    if !snapshot.coverage.isEmpty, below(2) == 0 {
      snapshot.coverage.remove(at: below(snapshot.coverage.count))
      return Change(what: "an item of coverage is gone")
    }
    let program = snapshot.programs[below(snapshot.programs.count)].name
    snapshot.coverage.append(CoverageItem(kind: .hole, programs: [program], accesses: [], reason: "the callback loops"))
    return Change(what: "nothing is known of \(program)")
  }

  private mutating func changeKernel(_ kernel: inout KernelSide) -> Change {
    if below(4) == 0 {
      kernel.numbers["CONFIG_NR_CPUS", default: 0] += 1
      return Change(what: "the number of processors", breaks: false, breaksBack: false)
    }
    let names = kernel.structures.keys.sorted()
    guard !names.isEmpty else { return Change(what: "nothing") }
    let name = names[below(names.count)]
    kernel.structures[name]?.append(
      StructureMember(name: "new\(next())", bitSize: 8, type: "u8", overlap: nil))
    return Change(what: "a member of \(name)", breaks: false, breaksBack: false)
  }

  // MARK: - Layouts

  private mutating func changeLayout(_ context: inout Context) -> Change {
    guard !context.layout.members.isEmpty else {
      context.layout.size += 8
      return Change(what: "\(context.name) has a size")
    }
    let member = below(context.layout.members.count)
    let name = "\(context.name).\(context.layout.members[member].name)"
    switch below(6) {
    case 0:
      context.layout.size += 8
      return Change(what: "the size of \(context.name)", breaks: false)
    case 1:
      context.layout.alignment *= 2
      return Change(what: "the alignment of \(context.name)")
    case 2:
      context.layout.members[member].bitOffset += 8
      return Change(what: "the place of \(name)")
    case 3:
      context.layout.members[member].type += " *"
      return Change(what: "the spelling of \(name)")
    case 4:
      context.layout.members[member].encoding += "x"
      return Change(what: "the encoding of \(name)", breaks: true, breaksBack: true)
    default:
      context.layout.members.remove(at: member)
      return Change(what: "\(name) is gone")
    }
  }

  // MARK: - Accesses

  private mutating func changeRule(_ context: inout Context, _ number: Int) -> Change {
    let rule = context.rules[number]
    let place = "\(context.name).\(rule.field) at \(rule.offset):\(rule.size) \(rule.kinds)"
    switch below(10) {
    case 0:
      context.rules[number].field += "x"
      return Change(what: "the field of \(place)")
    case 1:
      context.rules[number].parts = rule.parts == .whole ? .aligned : .whole
      return Change(what: "the parts of \(place)")
    case 2:
      context.rules[number].kinds = rule.kinds == [.read] ? [.write] : [.read]
      return Change(what: "the kinds of \(place)")
    case 3:
      context.rules[number].registerType += "X"
      return Change(what: "the register type of \(place)")
    case 4:
      context.rules[number].needsPrivilege.toggle()
      return Change(
        what: "the privilege of \(place)", breaks: !rule.needsPrivilege, breaksBack: rule.needsPrivilege)
    case 5:
      let program = below(rule.programs.count)
      context.rules[number].programs.remove(at: program)
      if context.rules[number].programs.isEmpty { context.rules.remove(at: number) }
      return Change(what: "\(rule.programs[program]) of \(place)", breaks: true, breaksBack: false)
    case 6:
      context.rules[number].meaning = .read(.constant(next() >> 40))
      // A constant in the place of a member is another value for some of the member's.
      let isClear = rule.kinds.contains(.read) && rule.registerType == "SCALAR_VALUE"
      return Change(what: "the meaning of \(place)", breaks: isClear ? true : nil)
    case 7:
      context.rules[number].deviations =
        rule.deviations.isEmpty ? [RegisterDeviation(registers: .same, meaning: .read(.constant(7)))] : []
      return Change(what: "the registers of \(place)")
    case 8:
      context.rules.remove(at: number)
      return Change(what: place, breaks: true, breaksBack: false)
    default:
      if !rule.conversions.isEmpty { context.rules[number].conversions[0].code += " 9500000000000000" }
      return Change(what: "the instructions of \(place)", breaks: false, breaksBack: false)
    }
  }
}
