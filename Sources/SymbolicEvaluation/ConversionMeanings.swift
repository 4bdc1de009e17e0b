import BPF
import ByteReading
import ContextABI
import TypeGraph

/// Turns conversions into meanings, for all programs of one kernel build.
public final class ConversionMeanings {
  private let evaluator: SymbolicEvaluator
  private let types: TypeGraph
  private var namings: [Root: MemberNaming] = [:]
  private var trees: [SymbolicTree] = []
  private var numbers: [SymbolicTree: Int] = [:]
  private var parts: [PartKey: Evaluated] = [:]
  private var named: [NamedKey: Meaning] = [:]

  /// Whose context it is, and how it is named.
  public struct Root: Hashable, Sendable {
    /// The type that the context pointer leads to.
    public let type: TypeID
    /// How expressions name that pointer.
    public let name: String
    /// The program type's enumerator without `BPF_PROG_TYPE_`, and the attach type's without `BPF_`.
    public let programType: String
    public let attachName: String?

    public init(type: TypeID, name: String, programType: String, attachName: String?) {
      self.type = type
      self.name = name
      self.programType = programType
      self.attachName = attachName
    }
  }

  /// What a conversion does, before members are named. Equal for conversions that do the same.
  public struct Evaluated: Hashable, Sendable {
    fileprivate let number: Int
  }

  private struct PartKey: Hashable {
    let whole: Evaluated
    let low: Int
    let width: Int
    let isSigned: Bool
  }

  private struct NamedKey: Hashable {
    let evaluated: Evaluated
    let root: Root
  }

  public init(_ types: TypeGraph, _ order: ByteOrder) {
    self.types = types
    evaluator = SymbolicEvaluator(order)
  }

  /// Evaluates the instructions `code` that replace an access.
  ///
  /// - Parameter base: the register that holds the context.
  /// - Parameter value: the register that is read into or stored from; nil for a store of an immediate.
  /// - Parameter stored: a constant in place of the value of the register that is stored.
  public func evaluate(
    _ code: [Instruction], isWrite: Bool, base: UInt8, value: UInt8?, stored: UInt64? = nil
  ) throws(SymbolicError) -> Evaluated {
    intern(
      try evaluator.evaluate(code, isWrite: isWrite, base: base, value: value, stored: stored))
  }

  /// The read of the `width` bits from `low` on of what `whole` reads, extended with zeroes or with its sign.
  public func part(of whole: Evaluated, low: Int, width: Int, signed: Bool) -> Evaluated {
    let key = PartKey(whole: whole, low: low, width: width, isSigned: signed)
    if let known = parts[key] { return known }
    let result = intern(
      trees[whole.number].mapResults { value in
        let part = value.shiftedRight(low).truncated(width)
        return signed ? part.signExtended(from: width) : part
      })
    parts[key] = result
    return result
  }

  /// The store of the lower bytes of the value to `size` bytes from `offset` on of the place that `whole` stores `count`
  /// bytes of the value to; nil when `whole` does anything else than that.
  public func partialStore(
    of whole: Evaluated, offset: Int, size: Int, count: Int
  ) -> Evaluated? {
    guard case .outcome(let outcome) = trees[whole.number], outcome.registers.isEmpty,
      outcome.stores.count == count, let first = outcome.stores.map(\.offset).min()
    else { return nil }
    var stores: Set<SymbolicOutcome.StoredByte> = []
    for byte in outcome.stores {
      guard
        byte == storedByte(of: byte.object, at: byte.offset, index: byte.offset - first, size: count)
      else { return nil }
    }
    guard let object = outcome.stores.first?.object else { return nil }
    for index in 0..<size {
      stores.insert(storedByte(of: object, at: first + offset + index, index: index, size: size))
    }
    return intern(
      .outcome(SymbolicOutcome(result: outcome.result, stores: stores, registers: [:])))
  }

  /// Byte `index` of the value as a store of `size` bytes leaves it in memory.
  private func storedByte(
    of object: SymbolicValue.ObjectID, at offset: Int, index: Int, size: Int
  ) -> SymbolicOutcome.StoredByte {
    let position = evaluator.byteOrder == .little ? index : size - 1 - index
    return SymbolicOutcome.StoredByte(
      object: object, offset: offset,
      value: [SymbolicValue.Slice(origin: .value, low: position * 8, width: 8)])
  }

  /// The meaning of a conversion for the programs of `root`, its members named.
  public func meaning(of evaluated: Evaluated, for root: Root) throws(TypeError) -> Meaning {
    let key = NamedKey(evaluated: evaluated, root: root)
    if let known = named[key] { return known }
    let meaning = try naming(for: root).meaning(trees[evaluated.number])
    named[key] = meaning
    return meaning
  }

  /// The members that the meanings of `root`'s accesses name, by path.
  public func members(for root: Root) -> [String: NamedMember] { namings[root]?.members ?? [:] }

  private func intern(_ tree: SymbolicTree) -> Evaluated {
    if let known = numbers[tree] { return Evaluated(number: known) }
    numbers[tree] = trees.count
    trees.append(tree)
    return Evaluated(number: trees.count - 1)
  }

  private func naming(for root: Root) -> MemberNaming {
    if let known = namings[root] { return known }
    let naming = MemberNaming(
      evaluator, types,
      MemberNaming.Root(
        type: root.type, name: root.name, programType: root.programType,
        attachName: root.attachName))
    namings[root] = naming
    return naming
  }
}
