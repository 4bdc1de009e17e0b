import BPF
import ByteReading
import ContextABI
import TypeGraph

extension MemberNaming {
  /// The meaning of a conversion, its members named.
  func meaning(_ tree: SymbolicTree) throws(TypeError) -> Meaning {
    Meaning(try named(tree))
  }

  private func named(_ tree: SymbolicTree) throws(TypeError) -> Meaning.Tree {
    switch tree {
    case .outcome(let outcome): return .outcome(try named(outcome))
    case .branch(let condition, let then, let otherwise):
      return Meaning.branch(
        try named(condition), then: try named(then), otherwise: try named(otherwise))
    }
  }

  private func named(_ condition: SymbolicCondition) throws(TypeError) -> Meaning.Condition {
    switch condition {
    case .equal(let a, let b): .equal(try expression(a), try expression(b))
    case .less(let a, let b): .less(try expression(a), try expression(b))
    case .signedLess(let a, let b): .signedLess(try expression(a), try expression(b))
    }
  }

  private func named(_ outcome: SymbolicOutcome) throws(TypeError) -> Meaning.Outcome {
    var effects: [Meaning.Effect] = []
    for run in runs(of: outcome.stores) { effects += try self.effects(of: run) }
    for (number, value) in outcome.registers {
      effects.append(
        Meaning.Effect(target: .register(Int(number)), value: try expression(value)))
    }
    return Meaning.Outcome(result: try outcome.result.map(expression), effects: effects)
  }

  /// Consecutive bytes of one object that change: where, and their new value from the least significant bit up.
  private struct Run {
    let object: SymbolicValue.ObjectID
    /// The coordinate of the first bit; see `SymbolicMemory.original`.
    let low: Int
    var slices: [SymbolicValue.Slice]
  }

  private func runs(of stores: Set<SymbolicOutcome.StoredByte>) -> [Run] {
    let isLittle = evaluator.byteOrder == .little
    func coordinate(_ byte: SymbolicOutcome.StoredByte) -> Int {
      isLittle ? byte.offset * 8 : -(byte.offset + 1) * 8
    }
    let sorted = stores.sorted {
      ($0.object.number, coordinate($0)) < ($1.object.number, coordinate($1))
    }
    var result: [Run] = []
    for byte in sorted {
      let width = result.last.map { $0.slices.reduce(0) { $0 + $1.width } } ?? 0
      if let last = result.last, last.object == byte.object, last.low + width == coordinate(byte) {
        result[result.count - 1].slices += byte.value
      } else {
        result.append(Run(object: byte.object, low: coordinate(byte), slices: byte.value))
      }
    }
    return result
  }

  /// The members that a run changes. Bits that get the value that they had are left out.
  private func effects(of run: Run) throws(TypeError) -> [Meaning.Effect] {
    var changed: [(low: Int, slices: [SymbolicValue.Slice])] = []
    var low = run.low
    for slice in SymbolicValue(run.slices).slices {
      let isUnchanged = slice.origin == .memory(run.object) && slice.low == low
      if !isUnchanged {
        let end = changed.last.map { $0.low + $0.slices.reduce(0) { $0 + $1.width } }
        if end == low {
          changed[changed.count - 1].slices.append(slice)
        } else {
          changed.append((low, [slice]))
        }
      }
      low += slice.width
    }
    var result: [Meaning.Effect] = []
    for (low, slices) in changed {
      let width = slices.reduce(0) { $0 + $1.width }
      let target = SymbolicValue.Slice(origin: .memory(run.object), low: low, width: width)
      for piece in try pieces(of: run.object, target) {
        let bits = Self.bits(slices, piece.shift, piece.width)
        let isWhole = piece.low == 0 && piece.width == piece.member.width
        result.append(
          Meaning.Effect(
            target: isWhole
              ? .member(piece.member) : .bits(of: piece.member, low: piece.low, width: piece.width),
            value: try expression(bits)))
      }
    }
    return result
  }

  /// A part of consecutive slices.
  private static func bits(
    _ slices: [SymbolicValue.Slice], _ low: Int, _ width: Int
  ) -> [SymbolicValue.Slice] {
    var result: [SymbolicValue.Slice] = []
    var position = 0
    for slice in slices {
      let start = max(position, low)
      let end = min(position + slice.width, low + width)
      if start < end { result.append(SymbolicValue.part(of: slice, start - position, end - start)) }
      position += slice.width
    }
    return result
  }
}
