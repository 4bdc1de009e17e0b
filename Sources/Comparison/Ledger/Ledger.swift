import ByteReading
import ContextABI

/// Every record of ABI data in which two snapshots differ, found without any rule: what findings have to account for.
///
/// It knows nothing of moved fields or of meanings that are equal but for their texts: it compares record by record. So it
/// is empty if and only if the data are equal, provenance apart.
struct Ledger {
  private(set) var differences: Set<Difference> = []

  init(_ old: Snapshot, _ new: Snapshot, _ oldTables: [String: AccessTable], _ newTables: [String: AccessTable]) {
    if old.byteOrder != new.byteOrder { differences.insert(.byteOrder) }
    comparePrograms(old, new)
    compareContexts(old, new)
    compareAccesses(old, new, oldTables, newTables)
    compareCoverage(old, new)
    compareKernel(old.kernel, new.kernel)
    differences.formUnion(InterfaceLedger(old, new).differences)
    if differences.isEmpty, !old.hasSameABI(as: new) { differences.insert(.grouping) }
  }

  // MARK: - Programs and contexts

  private mutating func comparePrograms(_ old: Snapshot, _ new: Snapshot) {
    let (before, after) = (Self.byName(old.programs, \.name), Self.byName(new.programs, \.name))
    for (name, program) in before {
      guard let other = after[name] else {
        differences.insert(.program(name, .removed))
        continue
      }
      let aspects: [(Difference.ProgramAspect, Bool)] = [
        (.type, program.type == other.type), (.number, program.typeNumber == other.typeNumber),
        (.attachType, program.attachType == other.attachType), (.context, program.context == other.context),
        (.kernelContext, program.kernelContext == other.kernelContext),
      ]
      for (aspect, isSame) in aspects where !isSame { differences.insert(.program(name, aspect)) }
    }
    for name in after.keys where before[name] == nil { differences.insert(.program(name, .added)) }
  }

  private mutating func compareContexts(_ old: Snapshot, _ new: Snapshot) {
    let (before, after) = (Self.byName(old.contexts, \.name), Self.byName(new.contexts, \.name))
    for (name, context) in before {
      guard let other = after[name] else {
        differences.insert(.context(name, .removed))
        continue
      }
      if context.layout != other.layout { compareLayouts(name, context.layout, other.layout) }
    }
    for name in after.keys where before[name] == nil { differences.insert(.context(name, .added)) }
  }

  private mutating func compareLayouts(_ context: String, _ old: Layout, _ new: Layout) {
    if old.size != new.size { differences.insert(.context(context, .size)) }
    if old.alignment != new.alignment { differences.insert(.context(context, .alignment)) }
    let (before, after) = (Self.byName(old.members, \.name), Self.byName(new.members, \.name))
    for (name, member) in before {
      guard let other = after[name] else {
        differences.insert(.member(context: context, name: name, .removed))
        continue
      }
      let aspects: [(Difference.MemberAspect, Bool)] = [
        (.place, member.bitOffset == other.bitOffset), (.size, member.bitSize == other.bitSize),
        (.spelling, member.type == other.type), (.encoding, member.encoding == other.encoding),
      ]
      for (aspect, isSame) in aspects where !isSame {
        differences.insert(.member(context: context, name: name, aspect))
      }
    }
    for name in after.keys where before[name] == nil {
      differences.insert(.member(context: context, name: name, .added))
    }
    let common = { (layout: Layout) in layout.members.map(\.name).filter { before[$0] != nil && after[$0] != nil } }
    if common(old) != common(new) { differences.insert(.context(context, .order)) }
  }

  // MARK: - Accesses

  /// Compares the accesses of programs that both sides have; those of the others came or went with them.
  private mutating func compareAccesses(
    _ old: Snapshot, _ new: Snapshot, _ oldTables: [String: AccessTable], _ newTables: [String: AccessTable]
  ) {
    let after = Self.byName(new.programs, \.name)
    var known: [RulePair: Set<Difference.AccessAspect>] = [:]
    for program in old.programs {
      guard let other = after[program.name], other.context == program.context,
        let oldTable = oldTables[program.context], let newTable = newTables[program.context]
      else { continue }
      let (before, accesses) = (oldTable.accesses(of: program.name), newTable.accesses(of: program.name))
      for (spot, number) in before {
        guard let newNumber = accesses[spot] else {
          differences.insert(.access(program: program.name, spot, .acceptance))
          continue
        }
        let pair = RulePair(context: program.context, old: number, new: newNumber)
        let (first, second) = (oldTable.rule(number), newTable.rule(newNumber))
        let aspects = known[pair] ?? first.differences(from: second, orders: (old.byteOrder, new.byteOrder))
        known[pair] = aspects
        for aspect in aspects {
          if aspect == .meaning, oldTable.meaning(spot, number) == newTable.meaning(spot, newNumber) { continue }
          differences.insert(.access(program: program.name, spot, aspect))
        }
        // Instructions are recorded of whole accesses, program by program.
        if spot.isWhole(of: first), spot.isWhole(of: second),
          first.code(of: program.name) != second.code(of: program.name)
        {
          differences.insert(.access(program: program.name, spot, .conversion))
        }
      }
      for spot in accesses.keys where before[spot] == nil {
        differences.insert(.access(program: program.name, spot, .acceptance))
      }
    }
  }

  private struct RulePair: Hashable {
    let context: String
    let old: Int
    let new: Int
  }

  // MARK: - Coverage and kernel

  private mutating func compareCoverage(_ old: Snapshot, _ new: Snapshot) {
    for item in Set(old.coverage).symmetricDifference(new.coverage) { differences.insert(.coverage(item)) }
  }

  private mutating func compareKernel(_ old: KernelSide, _ new: KernelSide) {
    for context in Set(old.members.keys).union(new.members.keys) {
      let (first, second) = (Set(old.members[context] ?? []), Set(new.members[context] ?? []))
      if first == second { continue }
      for member in first.symmetricDifference(second) {
        differences.insert(.kernel(.member(context: context, path: member.path)))
      }
    }
    for name in Set(old.structures.keys).union(new.structures.keys)
    where Set(old.structures[name] ?? []) != Set(new.structures[name] ?? []) {
      differences.insert(.kernel(.structure(name)))
    }
    for name in Set(old.numbers.keys).union(new.numbers.keys) where old.numbers[name] != new.numbers[name] {
      differences.insert(.kernel(.number(name)))
    }
  }

  private static func byName<Record>(_ records: [Record], _ name: (Record) -> String) -> [String: Record] {
    Dictionary(records.map { (name($0), $0) }, uniquingKeysWith: { first, _ in first })
  }
}

extension Snapshot {
  /// Whether the ABI data of two snapshots are equal: all but the provenance, in whatever order they stand.
  public func hasSameABI(as other: Snapshot) -> Bool {
    byteOrder == other.byteOrder && Set(programs) == Set(other.programs) && hasSameInterface(as: other)
      && Set(coverage) == Set(other.coverage) && kernel.isSame(as: other.kernel)
      && contexts.count == other.contexts.count
      && contexts.sorted { $0.name < $1.name }.elementsEqual(other.contexts.sorted { $0.name < $1.name }) {
        $0.name == $1.name && $0.layout == $1.layout && Set($0.rules) == Set($1.rules)
      }
  }
}

extension Snapshot {
  /// Whether programs get the same besides their contexts.
  fileprivate func hasSameInterface(as other: Snapshot) -> Bool {
    guard let interface, let second = other.interface else { return interface == nil && other.interface == nil }
    func helpers(_ interface: ProgramInterface) -> [String: Set<HelperGrant>] {
      Dictionary(interface.helpers.map { ("\($0.number) \($0.name)", Set($0.grants)) }, uniquingKeysWith: { $0.union($1) })
    }
    return Set(interface.programs) == Set(second.programs) && helpers(interface) == helpers(second)
      && interface.combinations == second.combinations
      && Set(interface.effects) == Set(second.effects) && Set(interface.additions) == Set(second.additions)
  }
}

extension KernelSide {
  fileprivate func isSame(as other: KernelSide) -> Bool {
    members.mapValues { Set($0) } == other.members.mapValues { Set($0) }
      && structures.mapValues { Set($0) } == other.structures.mapValues { Set($0) } && numbers == other.numbers
  }
}

extension AccessTable.Spot {
  /// Whether it is the access to all of the field that the rule is about.
  func isWhole(of rule: AccessRule) -> Bool { offset == rule.offset && size == rule.size }
}

extension AccessRule {
  /// The instructions that replace the whole access in `program`.
  func code(of program: String) -> String? { conversions.first { $0.programs.contains(program) }?.code }

  /// The aspects in which two rules differ. Meanings are only compared as far as the rules say the same of their parts: the
  /// meaning of a part has to be asked for where these differ.
  fileprivate func differences(
    from other: AccessRule, orders: (old: ByteOrder, new: ByteOrder)
  ) -> Set<Difference.AccessAspect> {
    var result: Set<Difference.AccessAspect> = []
    if field != other.field { result.insert(.field) }
    if registerType != other.registerType { result.insert(.registerType) }
    if needsPrivilege != other.needsPrivilege { result.insert(.privilege) }
    if Set(immediates) != Set(other.immediates) { result.insert(.immediates) }
    let isSamePlace = offset == other.offset && size == other.size && kinds == other.kinds && orders.old == orders.new
    if !isSamePlace || meaning != other.meaning { result.insert(.meaning) }
    for registers in AccessRegisters.allCases {
      let (before, after) = (deviation(registers), other.deviation(registers))
      if before != after { result.insert(.registers(registers)) }
    }
    return result
  }

  /// What the access does with this choice of registers, where that is something else than usual.
  func deviation(_ registers: AccessRegisters) -> Meaning? {
    deviations.first { $0.registers == registers }?.meaning
  }
}
