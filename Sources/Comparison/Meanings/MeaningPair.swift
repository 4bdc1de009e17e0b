import ContextABI

/// Two meanings, with all that decides how they relate: pairs that are equal relate in the same way, whatever snapshots they
/// come from.
struct MeaningPair: Sendable {
  let old: Meaning
  let new: Meaning
  /// The members that either meaning uses, and the pointers on the way to them, sorted by path.
  let variables: [Variable]
  /// The members whose bits are those of another one, in an order in which they can be computed.
  let shared: [Shared]
  /// The registers whose former values either meaning uses.
  let registers: [Int]
  var assumptions: [Assumption] = []

  /// The place of each variable, by path.
  let indices: [String: Int]
  /// Whether the value to store, or what a register held, decides something.
  let usesFreeValues: Bool

  struct Variable: Hashable, Sendable {
    let name: String
    /// In bits.
    let width: Int
    /// Whether another member is reached through it.
    let isPointer: Bool
    /// Whether nothing matters but whether it is null: a pointer that is tested, and no more.
    var isNullOrNot = false
    /// Whether the old build lacks it.
    let isNew: Bool
    /// The variables whose null makes reading this one a fault.
    var pointers: [Int] = []
    /// The structure and its member, where the nearest pointer leads to it: equal pointers lead to equal members.
    let place: String?
  }

  /// A member that is `width` bits of another one, which is in the same union, from `shift` on.
  struct Shared: Hashable, Sendable {
    let variable: Int
    let source: Int
    let shift: Int
    let width: Int
  }

  /// - Parameter limits: members whose values have no more bits than that.
  init(_ old: Meaning, _ new: Meaning, in world: MemberWorld, widths limits: [String: Int]) {
    self.old = old
    self.new = new
    let oldMembers = old.members
    var widths: [String: Int] = [:]
    var chains: [String: [String]] = [:]
    for member in oldMembers.union(new.members) {
      widths[member.path] = limits[member.path] ?? max(widths[member.path] ?? 0, member.width)
    }
    var pointers: Set<String> = []
    var pending = Array(widths.keys)
    while let path = pending.popLast() {
      guard chains[path] == nil else { continue }
      let chain = Self.chain(to: path, in: world)
      chains[path] = chain
      for pointer in chain {
        pointers.insert(pointer)
        widths[pointer] = 64
        pending.append(pointer)
      }
    }
    let names = widths.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let indices = Dictionary(uniqueKeysWithValues: zip(names, names.indices))
    let oldPaths = Set(oldMembers.map(\.path))
    self.indices = indices
    variables = names.map { name in
      let chain = chains[name] ?? []
      let known = world.member(name)
      var place: String?
      if !chain.isEmpty, let structure = known?.structure, let member = known?.name {
        place = "\(structure) \(member)"
      }
      // What only a new pointer leads to is new as well: the old build has no way to it.
      let isNew = !oldPaths.contains(name) && ([name] + chain).contains { !world.existedBefore($0) }
      let isPointer = known?.type?.hasSuffix("*") ?? false
      let isTested = isPointer && !old.tree.usesValue(of: [name]) && !new.tree.usesValue(of: [name])
      return Variable(
        name: name, width: widths[name] ?? 64, isPointer: pointers.contains(name), isNullOrNot: isTested, isNew: isNew,
        pointers: chain.compactMap { indices[$0] }, place: place)
    }
    shared = Self.sharedBits(names, widths, in: world)
    var registers: Set<Int> = []
    var usesFreeValues = false
    for meaning in [old, new] {
      meaning.forEachExpression { expression in
        expression.forEachRegister { registers.insert($0) }
        if expression.usesValueOrRegisters { usesFreeValues = true }
      }
      for outcome in meaning.tree.outcomes {
        registers.formUnion(outcome.effects.compactMap { $0.target.register })
      }
    }
    self.registers = registers.sorted()
    self.usesFreeValues = usesFreeValues
  }

  /// The pointers on the way to a member, the nearest first.
  private static func chain(to path: String, in world: MemberWorld) -> [String] {
    var chain: [String] = []
    var known = world.member(path)
    for _ in 0..<8 {
      guard let current = known, let pointer = world.pointer(to: current) else { break }
      chain.append(pointer)
      known = world.member(pointer)
    }
    return chain
  }

  /// Members of one union share their bits: the value of the widest decides what the others are. Bits that its variable
  /// doesn't have (it is longer than 64 bits) stay free.
  private static func sharedBits(_ names: [String], _ widths: [String: Int], in world: MemberWorld) -> [Shared] {
    struct Part { let index: Int, name: String, start: Int, width: Int }
    var unions: [String: [Part]] = [:]
    for (index, name) in names.enumerated() {
      guard let overlap = world.overlap(of: name) else { continue }
      unions[overlap.union, default: []].append(
        Part(index: index, name: name, start: overlap.bitOffset, width: overlap.width))
    }
    var result: [Shared] = []
    for (_, parts) in unions.sorted(by: { $0.key < $1.key }) where parts.count > 1 {
      let sorted = parts.sorted { ($0.width, $1.name) > ($1.width, $0.name) }
      for (index, narrow) in sorted.enumerated().dropFirst() {
        let wide = sorted[..<index].first {
          $0.start <= narrow.start && narrow.start + narrow.width <= $0.start + min($0.width, widths[$0.name] ?? 64)
        }
        guard let wide, narrow.start - wide.start < 64 else { continue }
        result.append(
          Shared(variable: narrow.index, source: wide.index, shift: narrow.start - wide.start, width: narrow.width))
      }
    }
    return result
  }

  func assuming(_ assumptions: [Assumption]) -> MeaningPair {
    var result = self
    result.assumptions += assumptions
    return result
  }

  /// An address that tells this pointer from any other.
  func address(_ variable: Int) -> UInt64 { 0xffff_8880_0000_1000 + UInt64(variable) * 0x1000 }

  /// All bits that the variable can have.
  func mask(_ variable: Int) -> UInt64 { Self.mask(variables[variable].width) }

  static func mask(_ width: Int) -> UInt64 { width >= 64 ? .max : (1 << UInt64(max(0, width))) - 1 }

  /// Whether a pointer's address matters, and not only whether it is null.
  var usesAddresses: Bool {
    let pointers = Set(variables.filter(\.isPointer).map(\.name))
    return old.tree.usesValue(of: pointers) || new.tree.usesValue(of: pointers)
      || shared.contains { variables[$0.source].isPointer || variables[$0.variable].isPointer }
  }
}

extension MeaningPair: Hashable {
  static func == (left: MeaningPair, right: MeaningPair) -> Bool {
    left.old == right.old && left.new == right.new && left.variables == right.variables
      && left.shared == right.shared && left.assumptions == right.assumptions
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(old)
    hasher.combine(new)
    hasher.combine(variables)
    hasher.combine(assumptions)
  }
}

extension Meaning.Tree {
  /// Whether more is asked of one of these members than whether it is 0.
  fileprivate func usesValue(of paths: Set<String>) -> Bool {
    func uses(_ expression: Expression) -> Bool {
      var result = false
      expression.forEachMember { if paths.contains($0.path) { result = true } }
      return result
    }
    switch self {
    case .outcome(let outcome):
      if outcome.result.map(uses) ?? false { return true }
      return outcome.effects.contains { effect in
        uses(effect.value) || effect.target.member.map { paths.contains($0.path) } ?? false
      }
    case .branch(let condition, let then, let otherwise):
      let isTest = if case .isNonzero(.member(let member)) = condition { member.width == 64 } else { false }
      return !isTest && condition.operands.contains(where: uses)
        || then.usesValue(of: paths) || otherwise.usesValue(of: paths)
    }
  }
}

extension Expression {
  /// Whether the value to store or a register decides what the expression is.
  var usesValueOrRegisters: Bool {
    var uses = usesStoredValue
    forEachRegister { _ in uses = true }
    return uses
  }

  var usesStoredValue: Bool {
    switch self {
    case .constant, .member, .register: false
    case .value: true
    case .bits(let source, _, _): source.usesStoredValue
    case .joined(let parts): parts.contains { $0.expression.usesStoredValue }
    case .signExtended(let inner, _): inner.usesStoredValue
    case .operation(_, let left, let right): left.usesStoredValue || right.usesStoredValue
    }
  }

  func forEachRegister(_ body: (Int) -> Void) {
    switch self {
    case .constant, .member, .value: return
    case .register(let number): body(number)
    case .bits(let source, _, _): source.forEachRegister(body)
    case .joined(let parts): for part in parts { part.expression.forEachRegister(body) }
    case .signExtended(let inner, _): inner.forEachRegister(body)
    case .operation(_, let left, let right):
      left.forEachRegister(body)
      right.forEachRegister(body)
    }
  }
}
