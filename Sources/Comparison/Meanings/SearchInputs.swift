import ContextABI

/// The inputs that are tried: all of them where these are few, edges and random ones where not. Always the same ones.
struct SearchInputs {
  let pair: MeaningPair

  /// Up to so many bits of input are tried in full.
  private static let exhaustiveBits = 14
  private static let randomInputs = 2000

  private var variables: [MeaningPair.Variable] { pair.variables }

  /// Whether all inputs there are get tried. A pointer is null or not: where more of it matters there are too many.
  var isExhaustive: Bool {
    if pair.usesFreeValues || pair.usesAddresses { return false }
    return totalBits <= Self.exhaustiveBits
  }

  private var totalBits: Int { variables.reduce(0) { $0 + ($1.isPointer ? 1 : $1.width) } }

  var inputs: [PairInput] { (isExhaustive ? all : sampled).compactMap(pair.admitted) }

  private var all: [PairInput] {
    (0..<(UInt64(1) << UInt64(totalBits))).map { number in
      var rest = number
      let members = variables.indices.map { index in
        let bits = variables[index].isPointer ? 1 : variables[index].width
        let part = rest & MeaningPair.mask(bits)
        rest >>= UInt64(bits)
        return variables[index].isPointer ? part * pair.address(index) : part
      }
      return PairInput(members: members, value: 0)
    }
  }

  /// Edges one by one and in pairs, then random values.
  private var sampled: [PairInput] {
    let constants = pair.old.constants.union(pair.new.constants)
    let edges = variables.indices.map { edgeValues($0, constants) }
    let valueEdges = valueEdges(constants)
    let usual = usual
    var inputs = [usual]
    for (index, values) in edges.enumerated() {
      for edge in values {
        var changed = usual
        changed.members[index] = edge
        inputs.append(changed)
        for other in edges.indices where other > index && variables.count <= 8 {
          for otherEdge in edges[other] {
            var both = changed
            both.members[other] = otherEdge
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
    return inputs + random(edges, valueEdges)
  }

  private func random(_ edges: [[UInt64]], _ valueEdges: [UInt64]) -> [PairInput] {
    var random = SplitMix(seed: 0x6374_7861_6269)
    return (0..<Self.randomInputs).map { _ in
      let members = variables.indices.map { index in
        let choice = random.next()
        if variables[index].isPointer { return choice % 8 == 0 ? 0 : pair.address(index) }
        if choice % 4 == 0, let edge = edges[index].randomElement(&random) { return edge }
        return random.next() >> (choice % 64) & pair.mask(index)
      }
      let edge = random.next() % 3 == 0 ? valueEdges.randomElement(&random) : nil
      return PairInput(members: members, value: edge ?? random.next())
    }
  }

  /// No pointer is null, every member has a value of its own; what the old build did not have is 0.
  private var usual: PairInput {
    let members = variables.indices.map { index -> UInt64 in
      if variables[index].isPointer { return pair.address(index) }
      if variables[index].isNew { return 0 }
      return (0x1122_3344_5566_7788 &* UInt64(2 * index + 3)) & pair.mask(index)
    }
    return PairInput(members: members, value: 0x0123_4567_89ab_cdef)
  }

  private func edgeValues(_ index: Int, _ constants: Set<UInt64>) -> [UInt64] {
    if variables[index].isPointer { return [0, pair.address(index)] }
    let (width, mask) = (variables[index].width, pair.mask(index))
    var values: Set<UInt64> = [0, min(1, mask), mask, mask &- mask >> 1]
    for constant in constants {
      for near in [constant &- 1, constant, constant &+ 1] where near <= mask { values.insert(near) }
    }
    if width <= 4 { values.formUnion(0...mask) }
    return values.sorted()
  }

  private func valueEdges(_ constants: Set<UInt64>) -> [UInt64] {
    guard pair.usesFreeValues else { return [] }
    var values: Set<UInt64> = [0, 1, 0xff, 0x100, 0xffff, 0x10000, 0xffff_ffff, 1 << 32, .max]
    for constant in constants { values.formUnion([constant &- 1, constant, constant &+ 1]) }
    return values.sorted()
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
