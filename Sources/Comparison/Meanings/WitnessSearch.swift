import ContextABI

/// Values of kernel members for which two meanings do different things.
struct Witness: Sendable, Hashable {
  /// What the members are, those that do not matter left out: `skb->tstamp_type = 2`.
  let values: [(name: String, value: UInt64)]
  let before: EvaluatedOutcome
  let after: EvaluatedOutcome

  static func == (left: Witness, right: Witness) -> Bool {
    left.text == right.text
  }

  func hash(into hasher: inout Hasher) { hasher.combine(text) }

  /// `with skb->tstamp_type = 2: was 0, is 2`
  var text: String {
    let conditions = values.map { name, value in "\(name) = \(Self.number(value))" }
    let intro = conditions.isEmpty ? "with all members 0" : "with \(conditions.joined(separator: ", "))"
    return "\(intro): was \(Self.describe(before)), is \(Self.describe(after))"
  }

  private static func number(_ value: UInt64) -> String {
    value < 0x10000 ? "\(value)" : "0x\(String(value, radix: 16))"
  }

  private static func describe(_ outcome: EvaluatedOutcome) -> String {
    switch outcome {
    case .fault: return "a fault (null pointer)"
    case .done(let result, let changes):
      let texts = changes.map { "\($0.target) = \(number($0.value))" }.sorted()
      guard let result else { return texts.isEmpty ? "nothing" : texts.joined(separator: ", ") }
      return ([number(result)] + texts).joined(separator: ", ")
    }
  }
}

/// How two meanings relate over the same kernel members.
enum MeaningRelation: Sendable {
  /// They do the same for every value.
  case equal(Certainty)
  case different(Witness)
  /// They differ only where the old one follows a null pointer.
  case differentOnFaults(Witness)

  /// How far it is certain that two meanings are equal.
  enum Certainty: Sendable, Hashable {
    /// All inputs were tried: that is a proof.
    case exhaustive(inputs: Int)
    /// On so many inputs: a strong test, no proof.
    case tried(inputs: Int)

    var text: String {
      switch self {
      case .exhaustive(let inputs): "equal on all \(inputs) inputs"
      case .tried(let inputs): "equal on \(inputs) inputs that were tried"
      }
    }
  }
}

/// Evaluates two meanings over the same kernel members: all values where these are few, edges and random ones where not.
struct WitnessSearch {
  private let old: Meaning
  private let new: Meaning
  private let world: MemberWorld
  /// The members that either meaning uses, and the pointers on the way to them, in order.
  private let variables: [Variable]
  private let randomInputs: Int

  private struct Variable {
    let name: String
    let width: Int
    let isPointer: Bool
  }

  /// Up to so many bits of input are tried in full.
  private static let exhaustiveBits = 14

  /// - Parameter limits: members whose values have no more bits than that.
  init(
    _ old: Meaning, _ new: Meaning, in world: MemberWorld, widths limits: [String: Int] = [:],
    randomInputs: Int = 2000
  ) {
    self.old = old
    self.new = new
    self.world = world
    self.randomInputs = randomInputs
    var widths: [String: Int] = [:]
    var pointers: Set<String> = []
    for member in old.members.union(new.members).sorted(by: { $0.path < $1.path }) {
      widths[member.path] = limits[member.path] ?? max(widths[member.path] ?? 0, member.width)
      var known = world.member(member.path)
      // The pointers on the way, the nearest first.
      for _ in 0..<8 {
        guard let current = known, let pointer = world.pointer(to: current) else { break }
        pointers.insert(pointer)
        widths[pointer] = 64
        known = world.member(pointer)
      }
    }
    variables = widths.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map {
      Variable(name: $0.key, width: $0.value, isPointer: pointers.contains($0.key))
    }
  }

  /// How the meanings relate.
  func relation() -> MeaningRelation {
    var onlyFaults: Input?
    var count = 0
    let isExhaustive = totalBits <= Self.exhaustiveBits
    for input in isExhaustive ? allInputs() : sampledInputs() {
      count += 1
      let (before, after) = outcomes(for: input)
      if before == after { continue }
      if before == .fault {
        onlyFaults = onlyFaults ?? input
      } else {
        return .different(witness(smallest(input) { $0 != .fault }))
      }
    }
    if let onlyFaults { return .differentOnFaults(witness(smallest(onlyFaults) { _ in true })) }
    return .equal(isExhaustive && !usesFreeValues ? .exhaustive(inputs: count) : .tried(inputs: count))
  }

  // MARK: - Inputs

  private struct Input {
    var members: [String: UInt64]
    var value: UInt64
    var register: UInt64
  }

  /// Whether something besides kernel members decides what happens.
  private var usesFreeValues: Bool {
    var uses = false
    for meaning in [old, new] {
      meaning.forEachExpression { if $0.usesValueOrRegisters { uses = true } }
    }
    return uses
  }

  private var totalBits: Int {
    if usesFreeValues { return Int.max }
    return variables.reduce(0) { $0 + ($1.isPointer ? 1 : $1.width) }
  }

  /// Every value of every member; a pointer is null or not.
  private func allInputs() -> [Input] {
    (0..<(1 << totalBits)).map { number in
      var rest = UInt64(number)
      var members: [String: UInt64] = [:]
      for variable in variables {
        let bits = variable.isPointer ? 1 : variable.width
        let part = rest & mask(bits)
        members[variable.name] = variable.isPointer ? part * pointer(variable) : part
        rest >>= UInt64(bits)
      }
      return input(members, value: 0)
    }
  }

  /// Edges one by one and in pairs, then random values; always the same ones.
  private func sampledInputs() -> [Input] {
    let usual = usualInput
    var inputs = [usual]
    let edges = variables.map { edgeValues($0) }
    for (index, variable) in variables.enumerated() {
      for edge in edges[index] {
        var changed = usual
        changed.members[variable.name] = edge
        inputs.append(changed)
        for (otherIndex, other) in variables.enumerated() where otherIndex > index && variables.count <= 8 {
          for otherEdge in edges[otherIndex] {
            var both = changed
            both.members[other.name] = otherEdge
            inputs.append(both)
          }
        }
      }
    }
    for value in valueEdges {
      var changed = usual
      changed.value = value
      inputs.append(changed)
    }
    var random = SplitMix(seed: 0x6374_7861_6269)
    for _ in 0..<randomInputs {
      var members: [String: UInt64] = [:]
      for (index, variable) in variables.enumerated() {
        let choice = random.next()
        if variable.isPointer {
          members[variable.name] = choice % 8 == 0 ? 0 : pointer(variable)
        } else if choice % 4 == 0, let edge = edges[index].randomElement(&random) {
          members[variable.name] = edge
        } else {
          members[variable.name] = random.next() >> (choice % 64) & mask(variable.width)
        }
      }
      let edge = random.next() % 3 == 0 ? valueEdges.randomElement(&random) : nil
      inputs.append(input(members, value: edge ?? random.next()))
    }
    return inputs
  }

  /// No pointer is null, every member has a value of its own; what the old build did not have is 0.
  private var usualInput: Input {
    var members: [String: UInt64] = [:]
    for (index, variable) in variables.enumerated() {
      if !variable.isPointer, !world.existedBefore(variable.name) {
        members[variable.name] = 0
        continue
      }
      members[variable.name] =
        variable.isPointer ? pointer(variable) : (0x1122_3344_5566_7788 &* UInt64(2 * index + 3)) & mask(variable.width)
    }
    return input(members, value: 0x0123_4567_89ab_cdef)
  }

  private func edgeValues(_ variable: Variable) -> [UInt64] {
    if variable.isPointer { return [0, pointer(variable)] }
    var values: Set<UInt64> = [0, 1, mask(variable.width), 1 << UInt64(variable.width - 1)]
    for constant in old.constants.union(new.constants) {
      for near in [constant &- 1, constant, constant &+ 1] where near <= mask(variable.width) {
        values.insert(near)
      }
    }
    if variable.width <= 4 { values.formUnion((0..<(1 << UInt64(variable.width))).map { UInt64($0) }) }
    return values.sorted()
  }

  private var valueEdges: [UInt64] {
    guard usesFreeValues else { return [] }
    var values: Set<UInt64> = [0, 1, 0xff, 0x100, 0xffff, 0x10000, 0xffff_ffff, 1 << 32, .max]
    for constant in old.constants.union(new.constants) {
      values.formUnion([constant &- 1, constant, constant &+ 1])
    }
    return values.sorted()
  }

  /// An address that tells this pointer from any other.
  private func pointer(_ variable: Variable) -> UInt64 {
    let index = variables.firstIndex { $0.name == variable.name } ?? 0
    return 0xffff_8880_0000_1000 + UInt64(index) * 0x1000
  }

  private func mask(_ width: Int) -> UInt64 { width >= 64 ? .max : (1 << UInt64(max(0, width))) - 1 }

  /// Members of one union share their bits: the value of the widest decides what the others are.
  private func input(_ members: [String: UInt64], value: UInt64) -> Input {
    var consistent = members
    var unions: [String: [(name: String, start: Int, width: Int)]] = [:]
    for name in members.keys {
      guard let overlap = world.overlap(of: name) else { continue }
      unions[overlap.union, default: []].append((name, overlap.bitOffset, overlap.width))
    }
    for sharing in unions.values where sharing.count > 1 {
      let sorted = sharing.sorted { ($0.width, $1.name) > ($1.width, $0.name) }
      for (index, narrow) in sorted.enumerated().dropFirst() {
        guard
          let wide = sorted[..<index].first(where: {
            $0.start <= narrow.start && narrow.start + narrow.width <= $0.start + $0.width
          })
        else { continue }
        let bits = consistent[wide.name] ?? 0
        consistent[narrow.name] = bits >> UInt64(narrow.start - wide.start) & mask(narrow.width)
      }
    }
    return Input(members: consistent, value: value, register: 0xdead_beef_0bad_cafe)
  }

  // MARK: - Evaluation

  private struct Environment: MeaningEnvironment {
    let input: Input
    let world: MemberWorld

    var value: UInt64 { input.value }

    func register(_ number: Int) -> UInt64 { input.register &+ UInt64(number) }

    func value(of member: Expression.Member) -> UInt64? {
      var path = member.path
      for _ in 0..<8 {
        guard let known = world.member(path), let pointer = world.pointer(to: known) else { break }
        if input.members[pointer] == 0 { return nil }
        path = pointer
      }
      return input.members[member.path] ?? 0
    }
  }

  /// What both meanings do, changes compared by what the members are afterwards.
  private func outcomes(for input: Input) -> (EvaluatedOutcome, EvaluatedOutcome) {
    let environment = Environment(input: input, world: world)
    let before = old.evaluate(in: environment)
    let after = new.evaluate(in: environment)
    if before == after { return (before, after) }
    guard case .done(let firstResult, let firstChanges) = before,
      case .done(let secondResult, let secondChanges) = after, firstResult == secondResult
    else { return (before, after) }
    let same = state(after: firstChanges, environment) == state(after: secondChanges, environment)
    return same ? (before, before) : (before, after)
  }

  /// The members that differ from what they were.
  private func state(
    after changes: [EvaluatedChange], _ environment: Environment
  ) -> [String: UInt64] {
    var result: [String: UInt64] = [:]
    for change in changes {
      switch change.target {
      case .register(let number): result["r\(number)"] = change.value
      case .member(let member): result[member.path] = change.value
      case .bits(let member, let low, let width):
        let before = result[member.path] ?? environment.value(of: member) ?? 0
        result[member.path] = before & ~(mask(width) << UInt64(low)) | change.value << UInt64(low)
      }
    }
    return result.filter { path, value in
      guard let known = world.member(path) else { return true }
      return environment.value(of: Expression.Member(path: path, width: known.width)) != value
    }
  }

  // MARK: - Members that the old build lacks

  /// Up to so many choices of the values of new members are tried for each state of the others.
  private static let choicesLimit = 4096

  /// Whether there is a state of the members that both builds have for which the meanings differ whatever the members are that
  /// the old build lacks; nil where these have too many values to try the edges of all.
  func differsWhateverNewMembersAre() -> Bool? {
    let lacking = variables.filter { !world.existedBefore($0.name) }
    var choices: [[String: UInt64]] = [[:]]
    for variable in lacking {
      // A flag has two values, a pointer is null or not; of anything wider the edges are tried.
      let values = edgeValues(variable)
      choices = choices.flatMap { choice in values.map { choice.merging([variable.name: $0]) { $1 } } }
      if choices.count > Self.choicesLimit { return nil }
    }
    let isExhaustive = totalBits <= Self.exhaustiveBits
    for input in isExhaustive ? allInputs() : sampledInputs() {
      let differs = choices.allSatisfy { choice in
        let candidate = self.input(input.members.merging(choice) { $1 }, value: input.value)
        let (before, after) = outcomes(for: candidate)
        return before != after && before != .fault
      }
      if differs { return true }
    }
    return false
  }

  // MARK: - Small witnesses

  /// The input with as many members as possible 0 (pointers: usual) for which the meanings still differ.
  private func smallest(_ input: Input, where isWanted: (EvaluatedOutcome) -> Bool) -> Input {
    var best = input
    func differs(_ candidate: Input) -> Bool {
      let (before, after) = outcomes(for: candidate)
      return before != after && isWanted(before)
    }
    // What the old build did not have is best left out of the picture.
    let newFirst = variables.filter { !world.existedBefore($0.name) } + variables.filter { world.existedBefore($0.name) }
    for variable in newFirst {
      let current = best.members[variable.name] ?? 0
      // The lowest bit alone may be enough.
      let simpler: [UInt64] =
        variable.isPointer ? [pointer(variable)] : [0, 1, current & (~current &+ 1)]
      for simple in simpler {
        var candidate = best
        candidate.members[variable.name] = simple
        candidate = self.input(candidate.members, value: candidate.value)
        if differs(candidate) {
          best = candidate
          break
        }
      }
    }
    for simple: UInt64 in [0, 1, 2] {
      var candidate = best
      candidate.value = simple
      if differs(candidate) {
        best = candidate
        break
      }
    }
    return best
  }

  /// Whether the two meanings agree where this variable alone is something else: that it is 0 decides.
  private func isDecisive(_ variable: Variable, _ input: Input) -> Bool {
    edgeValues(variable).contains { edge in
      var candidate = input
      candidate.members[variable.name] = edge
      let (before, after) = outcomes(for: self.input(candidate.members, value: candidate.value))
      return before == after
    }
  }

  private func witness(_ input: Input) -> Witness {
    var values: [(name: String, value: UInt64)] = []
    for variable in variables {
      let value = input.members[variable.name] ?? 0
      let isUsual = variable.isPointer ? value != 0 : value == 0
      if !isUsual || (!variable.isPointer && isDecisive(variable, input)) { values.append((variable.name, value)) }
    }
    if usesFreeValues { values.append(("value", input.value)) }
    let (before, after) = outcomes(for: input)
    return Witness(values: values, before: before, after: after)
  }
}

/// A small generator of numbers that are the same on every machine (Steele, Lea and Flood's SplitMix64).
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

extension Array {
  /// An element that the generator chooses.
  fileprivate func randomElement(_ random: inout SplitMix) -> Element? {
    isEmpty ? nil : self[Int(random.next() % UInt64(count))]
  }
}

extension Expression {
  /// Whether the value to store or a register decides what the expression is.
  fileprivate var usesValueOrRegisters: Bool {
    switch self {
    case .constant, .member: false
    case .value, .register: true
    case .bits(let source, _, _): source.usesValueOrRegisters
    case .joined(let parts): parts.contains { $0.expression.usesValueOrRegisters }
    case .signExtended(let inner, _): inner.usesValueOrRegisters
    case .operation(_, let left, let right): left.usesValueOrRegisters || right.usesValueOrRegisters
    }
  }
}

/// Looks for values of kernel members for which a read gives more bits than it reads.
struct ExceedingValue {
  /// `with skb->sk->__sk_common.skc_dport = 1: 0x10000`
  let witness: String?

  init(_ meaning: Meaning, bits: Int, _ world: @autoclosure () -> MemberWorld) {
    // Most reads can't: no part of their expressions is wide enough.
    let widest = meaning.tree.outcomes.compactMap { $0.result?.width }.max() ?? 0
    guard widest > bits else {
      witness = nil
      return
    }
    let limit: UInt64 = bits >= 64 ? .max : (1 << UInt64(bits)) - 1
    let cut = Meaning(meaning.tree.mapResults { .bits($0, low: 0, width: bits) })
    guard case .different(let found) = WitnessSearch(cut, meaning, in: world()).relation(),
      case .done(let value?, _) = found.after, value > limit
    else {
      witness = nil
      return
    }
    let number = "0x\(String(value, radix: 16))"
    let conditions = found.values.map { "\($0.name) = \($0.value)" }.joined(separator: ", ")
    witness = conditions.isEmpty ? "always \(number)" : "with \(conditions): \(number)"
  }
}
